"""Role-based access: users, roles, keys, and the rules that hold on every route."""

from infino.local.rbac.access import RoleAccess
from infino.local.rbac.routes import ROUTES

__all__ = ["ROUTES", "RoleAccess"]
