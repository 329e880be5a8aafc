module goknot.example/step

go 1.23
