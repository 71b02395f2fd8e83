// One thing: the request contract of POST /ingest/message, from bytes to a message or to the list of what is wrong with it.
using System.Text.Json;
using System.Text.Unicode;
using Aurora.Functions.Ingest.Accepting;
using Aurora.Functions.Platform.Http;
using Aurora.Functions.Platform.Json;

namespace Aurora.Functions.Ingest.Messages;

/// <summary>One message as a caller of <c>/ingest/message</c> sent it, checked.</summary>
/// <param name="Source">Normalised: trimmed, lower case.</param>
/// <param name="SenderId">Trimmed; lower case for e-mail.</param>
/// <param name="Content">Verbatim.</param>
/// <param name="ContentLength">Code points of the content.</param>
/// <param name="Metadata">The JSON text of the object as it was received: jsonb alone interprets its numbers.</param>
internal sealed record IngestMessage(string Source, string SenderId, string Content, int ContentLength, string Metadata);

/// <summary>Validates the body of <c>/ingest/message</c> before any statement runs. Pure.</summary>
internal static class MessageRules
{
    public const string EmptyMetadata = "{}";
    private const string DefaultSource = "whatsapp";
    private const string BodyPath = "$";
    private const int MaxSourceLength = 64;
    private const int MaxSenderLength = 256;
    private const int MaxErrors = 20;

    /// <summary>
    /// The message, or <see langword="null"/> with every field's first error. Unknown fields are ignored, but what
    /// PostgreSQL cannot store is refused wherever it stands. <paramref name="maxWritten"/> bounds what the numbers of the
    /// metadata grow to when they are written out: 1e131071 is eight characters here and 131,072 in every later reading.
    /// </summary>
    public static IngestMessage? Parse(
        ReadOnlySpan<byte> body, int maxDepth, long maxWritten, out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        errors = found;
        if (body.StartsWith("\ufeff"u8))
        {
            body = body[3..];
        }

        if (!Utf8.IsValid(body))
        {
            found.Add(new FieldError(BodyPath, "invalid_utf8"));
            return null;
        }

        var fields = new Fields();
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = maxDepth });
            if (!Read(ref reader, body, maxWritten, ref fields, found))
            {
                return null;
            }
        }
        catch (JsonException e)
        {
            // The reader has no code for it; a document that is too deep is well-formed until it gets there.
            var code = IsTooDeep(body, maxDepth, e) ? "too_deep" : "invalid_json";
            found.Clear();
            found.Add(new FieldError(BodyPath, code));
            return null;
        }

        return Check(fields, found);
    }

    private static bool Read(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> body, long maxWritten, ref Fields fields, List<FieldError> errors)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            // Walk on, so that what is not JSON at all is told apart from what is merely not an object.
            while (reader.Read())
            {
            }

            errors.Add(new FieldError(BodyPath, "not_object"));
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = NameOf(ref reader);
            if (reader.ValueIsEscaped)
            {
                Fault(BodyPath, JsonTextRules.CheckEscapes(reader.ValueSpan), errors);
            }

            reader.Read();
            switch (name)
            {
                case Field.Source:
                    fields.Source = Text(ref reader, "source", errors);
                    fields.HasSource = true;
                    break;
                case Field.SenderId:
                    fields.SenderId = Text(ref reader, "sender_id", errors);
                    fields.HasSenderId = true;
                    break;
                case Field.Content:
                    fields.Content = Text(ref reader, "content", errors);
                    fields.HasContent = true;
                    break;
                case Field.Metadata:
                    fields.Metadata = Metadata(ref reader, body, ref maxWritten, errors);
                    break;
                case Field.Other:
                    Walk(ref reader, BodyPath, ref maxWritten, errors);
                    break;
            }
        }

        while (reader.Read())
        {
        }

        return true;
    }

    private static Field NameOf(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped && JsonTextRules.CheckEscapes(reader.ValueSpan) != JsonTextFault.None)
        {
            return Field.Other;
        }

        return reader.ValueTextEquals("source"u8) ? Field.Source
            : reader.ValueTextEquals("sender_id"u8) ? Field.SenderId
            : reader.ValueTextEquals("content"u8) ? Field.Content
            : reader.ValueTextEquals("metadata"u8) ? Field.Metadata
            : Field.Other;
    }

    private static string? Text(ref Utf8JsonReader reader, string path, List<FieldError> errors)
    {
        // Of a field that is there twice the last one counts, with its own error.
        errors.RemoveAll(e => e.Path == path);
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            errors.Add(new FieldError(path, "not_string"));
            return null;
        }

        return reader.ValueIsEscaped && Fault(path, JsonTextRules.CheckEscapes(reader.ValueSpan), errors)
            ? null
            : reader.GetString();
    }

    private static string Metadata(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ref long maxWritten, List<FieldError> errors)
    {
        errors.RemoveAll(e => e.Path == "metadata");
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            errors.Add(new FieldError("metadata", "not_object"));
            return EmptyMetadata;
        }

        var start = (int)reader.TokenStartIndex;
        Walk(ref reader, "metadata", ref maxWritten, errors);
        var raw = body[start..(int)reader.BytesConsumed];
        return raw.SequenceEqual("{}"u8) ? EmptyMetadata : System.Text.Encoding.UTF8.GetString(raw);
    }

    /// <summary>Reads to the end of the present value and refuses what jsonb would refuse.</summary>
    private static void Walk(ref Utf8JsonReader reader, string path, ref long maxWritten, List<FieldError> errors)
    {
        var depth = reader.CurrentDepth;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.String or JsonTokenType.PropertyName when reader.ValueIsEscaped:
                    Fault(path, JsonTextRules.CheckEscapes(reader.ValueSpan), errors);
                    break;
                case JsonTokenType.Number:
                    var fits = JsonTextRules.FitsNumeric(reader.ValueSpan, out var written);
                    maxWritten -= Math.Max(0, written - reader.ValueSpan.Length);
                    if (!fits || maxWritten < 0)
                    {
                        Add(path, "number_out_of_range", errors);
                    }

                    break;
            }
        }
        while ((reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.PropertyName
                || reader.CurrentDepth > depth) && reader.Read());
    }

    private static IngestMessage? Check(in Fields fields, List<FieldError> errors)
    {
        var source = DefaultSource;
        if (fields.HasSource && fields.Source is { } given)
        {
            source = given.Trim().ToLowerInvariant();
            Length("source", source, MaxSourceLength, errors);
        }

        var sender = "";
        if (!fields.HasSenderId)
        {
            Add("sender_id", "required", errors);
        }
        else if (fields.SenderId is { } id)
        {
            sender = id.Trim();
            sender = source == ContactIdentityRules.EmailSource ? sender.ToLowerInvariant() : sender;
            Length("sender_id", sender, MaxSenderLength, errors);
        }

        if (!fields.HasContent)
        {
            Add("content", "required", errors);
        }

        return errors.Count > 0
            ? null
            : new IngestMessage(
                source, sender, fields.Content!, JsonTextRules.CodePoints(fields.Content), fields.Metadata ?? EmptyMetadata);
    }

    private static void Length(string path, string value, int max, List<FieldError> errors)
    {
        if (value.Length == 0)
        {
            Add(path, "blank", errors);
        }
        else if (value.Length > max && JsonTextRules.CodePoints(value) > max)
        {
            Add(path, "too_long", errors);
        }
    }

    private static bool Fault(string path, JsonTextFault fault, List<FieldError> errors)
    {
        switch (fault)
        {
            case JsonTextFault.None:
                return false;
            case JsonTextFault.NullCharacter:
                Add(path, "null_character", errors);
                return true;
            case JsonTextFault.LoneSurrogate:
                Add(path, "lone_surrogate", errors);
                return true;
        }

        return false;
    }

    private static void Add(string path, string code, List<FieldError> errors)
    {
        if (errors.Count < MaxErrors && !errors.Exists(e => e.Path == path && e.Code == code))
        {
            errors.Add(new FieldError(path, code));
        }
    }

    private static bool IsTooDeep(ReadOnlySpan<byte> body, int maxDepth, JsonException exception)
    {
        if (exception.BytePositionInLine is null)
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = int.MaxValue });
            while (reader.Read())
            {
                if (reader.CurrentDepth >= maxDepth && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return false;
    }

    private enum Field
    {
        Other,
        Source,
        SenderId,
        Content,
        Metadata,
    }

    private ref struct Fields
    {
        public string? Source;
        public string? SenderId;
        public string? Content;
        public string? Metadata;
        public bool HasSource;
        public bool HasSenderId;
        public bool HasContent;
    }
}
