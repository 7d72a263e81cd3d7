# Everything a change needs. `make help` lists it.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c

BENCH     ?= .
COUNT     ?= 10
BENCHTIME ?= 0.5s
CASES     ?= 100000
BENCHBASE := .bench/base.txt
BENCHNEW  := .bench/new.txt

.PHONY: help test lint fmt-check fmt update clients soak bench bench-base bench-packages bench-scale

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: ## everything a change must pass; installs what it needs (FUZZTIME=2s for each fuzz target)
	@.ci/gate

lint: ## gofmt, go vet, staticcheck, go mod tidy
	@.ci/gate format vet staticcheck tidy

fmt-check: ## tell which Go files are not formatted
	@.ci/gate format

fmt: ## format the Go files
	gofmt -w .

update: ## rewrite the expected outputs that tests compare with; read the diff before you commit it
	go test $$(grep -rlE --include=*_test.go 'flag\.Bool\("update"' . | xargs -n1 dirname | sort -u) -update
	@$(MAKE) --no-print-directory clients

clients: ## generate the clients of examples/clients anew from docs/openapi.json
	@.ci/gate needs npm
	go generate -C examples/clients/go ./...
	npm run --silent --prefix examples/clients/typescript generate

soak: ## the long runs, one line for each row of faults they cover (up to 75 minutes)
	go run ./internal/soak

bench: ## the benchmarks beside other engines, COUNT=10 rounds of them all, and the tables of docs/performance.md (BENCH=regexp BENCHTIME=0.5s)
	@mkdir -p .bench
	go test -C internal/bench -c -o ../../.bench/peers.test .
	@rm -f $(BENCHNEW)
	@for round in $$(seq $(COUNT)); do \
		echo "round $$round of $(COUNT)"; \
		(cd internal/bench && ../../.bench/peers.test -test.run '^$$' -test.bench '$(BENCH)' -test.benchtime $(BENCHTIME) -test.timeout 60m) | tee -a $(BENCHNEW); \
	done
	go tool benchstat $(wildcard $(BENCHBASE)) $(BENCHNEW)
ifeq ($(BENCH),.)
	cd internal/bench && go run ./report ../../$(BENCHNEW) ../../docs/performance.md ../../docs/prestanda.md
endif

bench-packages: ## the benchmarks of single packages (BENCH=regexp COUNT=10)
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./...

bench-base: bench ## run the benchmarks and keep them as the base to compare with
	cp $(BENCHNEW) $(BENCHBASE)

bench-scale: ## how far the service carries: the figures of docs/scaling.md, some minutes (CASES=100000 for the worklists)
	go test -run '^$$' -bench 'Next' -benchtime 2s -count 3 ./internal/httpapi
	go test -run '^$$' -bench 'Cases' -benchtime 3000x -timeout 20m ./internal/soak/ordeal
	go test -run '^$$' -bench 'Sweep' -benchtime 5000x -timeout 20m ./internal/soak/ordeal
	go test -run '^$$' -bench 'Disk' -benchtime 200x -timeout 20m ./internal/soak/ordeal
	go test -run '^$$' -bench 'Worklists' -benchtime 100x -cases $(CASES) -timeout 60m ./internal/soak/ordeal
