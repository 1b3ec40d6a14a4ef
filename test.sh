#!/usr/bin/env bash
# Builds and runs every test. Ends with a line "N passed, N failed, N skipped". Arguments go to the test runner.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p artifacts
command -v dotnet >/dev/null || { echo "error: the .NET 10 SDK is needed (dotnet is not on the PATH)" >&2; exit 2; }
dotnet build Portage.slnx -v quiet || { echo "0 passed, 1 failed"; exit 1; }

# One project at a time: two cores are few, and some tests start servers of their own.
passed=0 failed=0 skipped=0 status=0
for project in tests/*/*.Tests.csproj tests/*/Portage.Repo.csproj tests/*/Portage.Scenarios.csproj; do
    [ -e "$project" ] || continue
    name=$(basename "$project" .csproj)
    log=artifacts/test-$name.log
    echo "== $name"
    dotnet test --project "$project" --no-build "$@" >"$log" 2>&1
    code=$?
    count() { grep -E "^ *$1: [0-9]+" "$log" | tail -n 1 | grep -oE "[0-9]+" | head -n 1; }
    p=$(count succeeded) f=$(count failed) s=$(count skipped)
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
    if [ "$code" -ne 0 ]; then
        status=1
        # A crash counts as a failure even where the runner did not get to count it.
        [ "${f:-0}" -gt 0 ] || failed=$((failed + 1))
        cat "$log"
    else
        echo "   ${p:-0} passed, ${s:-0} skipped"
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
