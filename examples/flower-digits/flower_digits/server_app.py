"""The server: FedAvg, the global model's accuracy on its own test images, and the model's file."""

import fedwatt.flower
import numpy as np
from flwr.app import ArrayRecord, Context, MetricRecord
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

from flower_digits import task

app = ServerApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    images, labels = task.load_test_data()

    def judge(server_round: int, arrays: ArrayRecord) -> MetricRecord:
        accuracy, loss = task.evaluate(arrays.to_numpy_ndarrays(), images, labels)
        return MetricRecord({"accuracy": accuracy, "loss": loss})

    strategy = FedAvg()
    strategy = fedwatt.flower.watch(strategy, context)  # Fedwatt's line
    result = strategy.start(grid, initial_arrays=ArrayRecord(task.initial_weights()),
                            num_rounds=int(context.run_config["num-server-rounds"]),
                            evaluate_fn=judge)

    matrix, bias = result.arrays.to_numpy_ndarrays()
    np.savez(str(context.run_config["model-file"]), matrix=matrix, bias=bias)
    print("the model is in", context.run_config["model-file"])
