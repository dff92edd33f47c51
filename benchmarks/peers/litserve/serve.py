"""LitServe with one worker; ``SERVED_BATCHED`` lets it predict several rows at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import joblib
import litserve

_NAMES = os.environ["SERVED_NAMES"].split(",")
_BATCHED = bool(os.environ.get("SERVED_BATCHED"))


class Served(litserve.LitAPI):  # type: ignore[misc]  # LitServe is elsewhere
    """Predicts rows of numbers."""

    def setup(self, device: str) -> None:
        """Load the model in the worker."""
        del device
        folder = Path(os.environ["SERVED_FOLDER"])
        self._model = joblib.load(folder / f"{os.environ['SERVED_TASK']}.joblib")

    def decode_request(self, request: dict[str, float]) -> list[float]:
        """Return the values of a row."""
        return [request[name] for name in _NAMES]

    def batch(self, inputs: list[list[float]]) -> list[list[float]]:
        """Return the rows together."""
        return inputs

    def predict(self, x: Any) -> Any:  # noqa: ANN401 - a row, or rows
        """Predict the class of a row, or of each."""
        found = self._model.predict(x if _BATCHED else [x]).tolist()
        return found if _BATCHED else found[0]

    def unbatch(self, output: list[int]) -> list[int]:
        """Return the classes one by one."""
        return output

    def encode_response(self, output: int) -> dict[str, int]:
        """Return the answer."""
        return {"prediction": output}


if __name__ == "__main__":
    api = Served(max_batch_size=32, batch_timeout=0.002) if _BATCHED else Served()
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(
        host="127.0.0.1",
        port=int(sys.argv[1]),
        num_api_servers=1,
        generate_client_file=False,
        log_level="warning",
    )
