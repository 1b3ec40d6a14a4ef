# bash completion of workflow. Now: eval "$(workflow completion bash)". For good: put that line into ~/.bashrc.
_workflow_complete() {
    local line=${COMP_LINE:0:COMP_POINT} typed head candidate
    local -a words
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    typed=${words[${#words[@]} - 1]}

    # bash replaces only what follows the last of its word breaks; addresses have them inside.
    head=
    [[ $typed == *[:=@\>]* ]] && head=${typed%"${typed##*[:=@>]}"}
    COMPREPLY=()
    while IFS= read -r candidate; do
        COMPREPLY+=("${candidate#"$head"}")
    done < <("${words[0]}" complete "${words[@]:1}" 2>/dev/null)
}
complete -o default -F _workflow_complete workflow
