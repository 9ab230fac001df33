"""Does a property of networks hold of some input?  Proved that it does not, or an exact input."""

from exactrev.verification.decide import NotProved, Search, Verification, verify
from exactrev.verification.instance import Instance, bind

__all__ = ["Instance", "NotProved", "Search", "Verification", "bind", "verify"]
