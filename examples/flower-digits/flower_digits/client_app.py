"""The client: trains and evaluates on its own shard."""

import fedwatt.flower
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

from flower_digits import task

app = ClientApp(mods=[fedwatt.flower.mod()])  # Fedwatt's line


def _shard(context: Context):
    node = context.node_config
    return task.split(*task.load_shard(int(node["partition-id"]), int(node["num-partitions"])))


@app.train()
def train(message: Message, context: Context) -> Message:
    (images, labels), _ = _shard(context)
    weights = task.train(message.content["arrays"].to_numpy_ndarrays(), images, labels,
                         epochs=int(context.run_config["local-epochs"]),
                         seed=int(message.content["config"]["server-round"]))
    return Message(RecordDict({
        "arrays": ArrayRecord(weights),
        "metrics": MetricRecord({"num-examples": len(labels)}),
    }), reply_to=message)


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    _, (images, labels) = _shard(context)
    accuracy, loss = task.evaluate(message.content["arrays"].to_numpy_ndarrays(), images, labels)
    return Message(RecordDict({
        "metrics": MetricRecord({"accuracy": accuracy, "loss": loss, "num-examples": len(labels)}),
    }), reply_to=message)
