module example.org/bookings

go 1.23
