"""FedAvg of a softmax regression over scikit-learn's digits."""
