module goknot.invalid/bench/record

go 1.23
