using System.Text;
using System.Text.Json;

namespace Portage.Sandbox.Http;

/// <summary>One column of a <c>_cat</c> table.</summary>
/// <param name="Aliases">Short names that <c>h</c> and <c>s</c> take too, with commas between.</param>
/// <param name="IsShown">False for columns that only <c>h</c> brings.</param>
internal sealed record TextColumn(string Name, string Aliases = "", bool AlignsRight = false, bool IsShown = true);

/// <summary>What <c>_cat</c> answers: text in columns, or JSON with <c>format=json</c>. Takes the parameters of all of them.</summary>
internal sealed class TextTable(params TextColumn[] columns)
{
    public const string Parameters = " format h s v help bytes time local master_timeout cluster_manager_timeout timeout";
    private readonly List<string?[]> _rows = [];

    /// <summary>A row: one value for each column; null is an empty cell.</summary>
    public void Add(params string?[] values) => _rows.Add(values);

    public ApiReply ToReply(ApiRequest request)
    {
        if (request.Flag("help"))
        {
            return ApiReply.Text(200, string.Concat(columns.Select(column => $"{column.Name} | {column.Aliases} | \n")));
        }

        Sort(request.Parameter("s"));
        var shown = Selected(request.Parameter("h"));
        return request.Parameter("format") switch
        {
            "json" => ToJson(shown),
            null or "text" => ToText(shown, request.Flag("v")),
            var other => throw ApiException.IllegalArgument($"the sandbox has no format [{other}]; it has [text] and [json]"),
        };
    }

    private (int Index, string Header)[] Selected(string? headers) => headers is null
        ? [.. columns.Index().Where(column => column.Item.IsShown).Select(column => (column.Index, column.Item.Name))]
        : [.. headers.Split(',').SelectMany(Find)];

    private IEnumerable<(int Index, string Header)> Find(string header)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Name == header || columns[i].Aliases.Split(',').Contains(header))
            {
                yield return (i, header);
            }
            else if (header.Contains('*', StringComparison.Ordinal) && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(header, columns[i].Name, ignoreCase: false))
            {
                yield return (i, columns[i].Name);
            }
        }
    }

    private void Sort(string? keys)
    {
        foreach (var key in (keys?.Split(',') ?? []).Reverse())
        {
            var parts = key.Split(':');
            if (Find(parts[0]).FirstOrDefault() is not { Header: not null } column)
            {
                throw new ApiException(500, "unsupported_operation_exception", $"Unable to sort by unknown sort key `{parts[0]}`");
            }

            var sorted = _rows.OrderBy(row => row[column.Index], Comparer<string?>.Create(Compare)).ToList();
            if (parts is [_, "desc"])
            {
                sorted.Reverse();
            }

            _rows.Clear();
            _rows.AddRange(sorted);
        }
    }

    private static int Compare(string? one, string? other) =>
        long.TryParse(one, out var number) && long.TryParse(other, out var otherNumber) ? number.CompareTo(otherNumber) : string.CompareOrdinal(one, other);

    private ApiReply ToJson((int Index, string Header)[] shown) => ApiReply.Json(200, json =>
    {
        json.WriteStartArray();
        foreach (var row in _rows)
        {
            json.WriteStartObject();
            foreach (var (index, header) in shown)
            {
                json.WriteString(header, row[index]);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private ApiReply ToText((int Index, string Header)[] shown, bool withHeader)
    {
        var widths = shown.Select(column => _rows.Select(row => row[column.Index]?.Length ?? 0).Append(withHeader ? column.Header.Length : 0).Max()).ToArray();
        var text = new StringBuilder();
        void Line(Func<int, string> cell)
        {
            for (var i = 0; i < shown.Length; i++)
            {
                var isLast = i == shown.Length - 1;
                var value = cell(i);
                text.Append(columns[shown[i].Index].AlignsRight ? value.PadLeft(widths[i]) : isLast && withHeader is false ? value : value.PadRight(widths[i]));
                text.Append(isLast ? '\n' : ' ');
            }
        }

        if (withHeader)
        {
            Line(i => shown[i].Header);
        }

        foreach (var row in _rows)
        {
            Line(i => row[shown[i].Index] ?? "");
        }

        return ApiReply.Text(200, text.ToString());
    }
}
