"""Rules by which a sentence is understood without statistics, grouped by the customer's errand."""
