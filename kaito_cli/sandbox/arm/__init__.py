"""Azure Resource Manager on 127.0.0.1, for tests and for the rehearsal."""

from kaito_cli.sandbox.arm.faults import Fault
from kaito_cli.sandbox.arm.server import ArmServer, serve_forever, serving
from kaito_cli.sandbox.arm.state import ArmState
from kaito_cli.sandbox.arm.wire import Request

__all__ = ["ArmServer", "ArmState", "Fault", "Request", "serve_forever", "serving"]
