"""The arrangement of a network's boundaries: regions, facets, graphs, the theorem's assumptions."""

from exactrev.arrangement.exploration import Exploration, regions, write_regions_certificate
from exactrev.arrangement.regions import Region, Regions

__all__ = ["Exploration", "Region", "Regions", "regions", "write_regions_certificate"]
