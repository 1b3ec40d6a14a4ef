#compdef workflow
# zsh completion of workflow. Now: eval "$(workflow completion zsh)". For good: workflow completion zsh > a folder of $fpath, as _workflow.
_workflow() {
    local -a candidates
    candidates=("${(@f)$("${words[1]}" complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    candidates=("${(@)candidates:#}")
    if (( ${#candidates} )); then
        compadd -a candidates
    else
        _files
    fi
}
if [ "${funcstack[1]}" = _workflow ]; then
    _workflow "$@"
elif (( $+functions[compdef] )); then
    compdef _workflow workflow
fi
