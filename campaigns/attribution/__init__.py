"""What campaigns brought: visits, orders, money, and what would have come anyway."""
