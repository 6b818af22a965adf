"""A model of one number that every fit brings by half of the way to 1; it is its own accuracy."""

import fedwatt.flower
import numpy
from flwr.client import NumPyClient
from flwr.common import Context, ndarrays_to_parameters, parameters_to_ndarrays
from flwr.server import ServerApp, ServerAppComponents, ServerConfig
from flwr.server.strategy import FedAvg

try:
    from flwr.clientapp import ClientApp
except ImportError:  # before Flower 1.21
    from flwr.client import ClientApp


class HalfWay(NumPyClient):
    def fit(self, parameters, config):
        assert not config, config  # Fedwatt's own entry is not the app's
        return [(parameters[0] + 1) / 2], 20, {"train_loss": 1 - float(parameters[0])}

    def evaluate(self, parameters, config):
        value = float(parameters[0])
        return 1 - value, 10, {"accuracy": value}


class SavingFedAvg(FedAvg):
    """Keeps each round's model in a file, as apps of this API do."""

    def __init__(self, model_file):
        super().__init__(initial_parameters=ndarrays_to_parameters([numpy.zeros(())]))
        self._model_file = model_file

    def aggregate_fit(self, server_round, results, failures):
        parameters, metrics = super().aggregate_fit(server_round, results, failures)
        numpy.save(self._model_file, parameters_to_ndarrays(parameters)[0])
        return parameters, metrics


def client_fn(context: Context):
    return HalfWay().to_client()


def server_fn(context: Context):
    strategy = SavingFedAvg(str(context.run_config["model-file"]))
    strategy = fedwatt.flower.watch(strategy, context, run="half-way")
    rounds = int(context.run_config["num-server-rounds"])
    return ServerAppComponents(strategy=strategy, config=ServerConfig(num_rounds=rounds))


client = ClientApp(client_fn=client_fn, mods=[fedwatt.flower.mod()])
server = ServerApp(server_fn=server_fn)
