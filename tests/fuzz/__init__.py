"""Random programs and random policies, thrown at the guards."""
