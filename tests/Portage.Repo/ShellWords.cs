using System.Text;
using System.Text.RegularExpressions;

namespace Portage.Repo;

/// <summary>Splits a command line as a shell would, up to a comment, a pipe or a redirection. A word in angle brackets stands for any word.</summary>
internal static partial class ShellWords
{
    public static string[] Of(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isWord = false;
        var quote = '\0';
        foreach (var sign in Placeholder().Replace(line, "${name}"))
        {
            if (quote != '\0')
            {
                if (sign == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(sign);
                }
            }
            else if (sign is '\'' or '"')
            {
                (quote, isWord) = (sign, true);
            }
            else if (sign is '|' or '>' or '<' or ';' || (sign == '#' && !isWord))
            {
                break;
            }
            else if (char.IsWhiteSpace(sign))
            {
                End();
            }
            else
            {
                word.Append(sign);
                isWord = true;
            }
        }

        End();
        return [.. words];

        void End()
        {
            if (isWord)
            {
                words.Add(word.ToString());
                word.Clear();
                isWord = false;
            }
        }
    }

    [GeneratedRegex(@"(?<= )<(?<name>\w+)>", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
