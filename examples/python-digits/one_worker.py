"""The smallest training that Fedwatt can watch: one worker, by itself."""

from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss

import fedwatt

images, labels = load_digits(return_X_y=True)
train_images, train_labels = images[:1400] / 16, labels[:1400]
test_images, test_labels = images[1400:] / 16, labels[1400:]
n = len(train_labels)
model = SGDClassifier(loss="log_loss", max_iter=1, tol=None, warm_start=True, random_state=0)


def evaluate(model):
    return (model.score(test_images, test_labels),
            log_loss(test_labels, model.predict_proba(test_images)))


with fedwatt.Worker("ws://localhost:3000", run="digits", worker="hospital-3", total_rounds=20) as w:
    for r in w.rounds(20):                       # waits while paused, ends when stopped
        with w.phase("fit"):      model.fit(train_images, train_labels)
        with w.phase("evaluate"): acc, loss = evaluate(model)
        w.report(accuracy=acc, loss=loss, num_examples=n)
