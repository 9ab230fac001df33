"""The arrangement of a network's boundaries: regions, facets, graphs, the theorem's assumptions."""

from exactrev.arrangement.regions import (
    Exploration,
    Region,
    Regions,
    regions,
    write_regions_certificate,
)

__all__ = ["Exploration", "Region", "Regions", "regions", "write_regions_certificate"]
