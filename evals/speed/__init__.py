"""How long building, opening, searching and encoding take, beside what peers take."""
