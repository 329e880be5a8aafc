module goknot.example/browser

go 1.23
