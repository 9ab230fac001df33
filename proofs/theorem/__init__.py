"""The claims of Rolnick and Kording's theorem on small networks, as certificates."""
