module goknot.example/minimize

go 1.23
