# fish completion of workflow. For good: workflow completion fish > ~/.config/fish/completions/workflow.fish
function __workflow_complete
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    command $before[1] complete $before[2..-1] "$typed" 2>/dev/null
end
complete --command workflow --no-files --arguments '(__workflow_complete)'
complete --command workflow --long-option file --require-parameter --force-files
complete --command workflow --long-option repository --require-parameter --force-files
