"""What is found, chosen, said and refused, beside what peers do."""
