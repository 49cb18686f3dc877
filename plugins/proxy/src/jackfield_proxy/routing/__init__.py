"""From a model's name to the deployment that is asked."""
