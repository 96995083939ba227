"""Group-buys (拼团): opened and joined by paying, ended by the clock or by the last seat."""
