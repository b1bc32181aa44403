// What goes over the wire held against the vendors' own descriptions: OpenAI's OpenAPI file, read from the samples beside the project when they
// are there, and what Anthropic documents of its Messages API (docs.anthropic.com/en/api/messages), as a schema of ours.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';

const options = { strict: false, allErrors: true, logger: false, validateFormats: false };
const judge = (check) => (value) => (check(value) ? [] : check.errors.slice(0, 6).map((e) => `${e.instancePath || '/'} ${e.message} ${JSON.stringify(e.params)}`));

/** "nullable", a word of OpenAPI 3.0 that the file still uses, in the words of JSON schema. */
function orNull(v) {
    if (!v || typeof v !== 'object' || typeof v.nullable !== 'boolean') return v;
    const { nullable, ...rest } = v;
    if (nullable && typeof rest.type === 'string') return { ...rest, type: [rest.type, 'null'], ...(rest.enum ? { enum: [...rest.enum, null] } : {}) };
    return rest;
}

/** What is wrong with a request to chat completions and with a piece of its stream; null when the vendor's file is not there. */
export function openaiSpec() {
    const file = ['../../../shared', '../../../../shared'].map((f) => fileURLToPath(new URL(`${f}/samples/specs/trimmed/openai-chat.json`, import.meta.url))).find(existsSync);
    if (!file) return null;
    const spec = JSON.parse(readFileSync(file, 'utf8'), (k, v) => (k.startsWith('x-') || k === 'example' || k === 'discriminator' ? undefined : orNull(v)));
    const ajv = new Ajv2020(options);
    ajv.addSchema({ $id: 'http://spec/', components: { schemas: spec.components.schemas } });
    const of = (name) => judge(ajv.compile({ $ref: `http://spec/#/components/schemas/${name}` }));
    return { request: of('CreateChatCompletionRequest'), event: of('CreateChatCompletionStreamResponse') };
}

const text = { type: 'string' }, count = { type: 'integer', minimum: 0 };
const object = (required, properties) => ({ type: 'object', additionalProperties: false, required, properties });
const request = object(['model', 'max_tokens', 'messages'], {
    model: { type: 'string', minLength: 1, maxLength: 256 }, max_tokens: { type: 'integer', minimum: 1 }, stream: { type: 'boolean' }, temperature: { type: 'number', minimum: 0, maximum: 1 },
    system: { anyOf: [text, { type: 'array', items: object(['type', 'text'], { type: { const: 'text' }, text }) }] },
    messages: { type: 'array', minItems: 1, maxItems: 100000, items: object(['role', 'content'], { role: { enum: ['user', 'assistant'] }, content: { anyOf: [{ type: 'string', minLength: 1 }, { type: 'array', minItems: 1 }] } }) },
    tools: { type: 'array', items: object(['name', 'input_schema'], { name: { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,128}$' }, description: text, input_schema: { type: 'object', required: ['type'], properties: { type: { const: 'object' } } }, type: { enum: ['custom', null] }, strict: { type: 'boolean' } }) },
    tool_choice: { anyOf: [object(['type', 'name'], { type: { const: 'tool' }, name: text, disable_parallel_tool_use: { type: 'boolean' } }), object(['type'], { type: { enum: ['auto', 'any', 'none'] }, disable_parallel_tool_use: { type: 'boolean' } })] },
    stop_sequences: { type: 'array', items: text }, top_k: count, top_p: { type: 'number' }, metadata: { type: 'object' }, thinking: { type: 'object' }, service_tier: text,
});
const event = { oneOf: [
    { required: ['type', 'message'], properties: { type: { const: 'message_start' }, message: { type: 'object', required: ['id', 'type', 'role', 'model', 'content', 'usage'], properties: { usage: { type: 'object', required: ['input_tokens', 'output_tokens'] } } } } },
    { required: ['type', 'index', 'content_block'], properties: { type: { const: 'content_block_start' }, index: count, content_block: { type: 'object', required: ['type'] } } },
    { required: ['type', 'index', 'delta'], properties: { type: { const: 'content_block_delta' }, index: count, delta: { type: 'object', required: ['type'] } } },
    { required: ['type', 'index'], properties: { type: { const: 'content_block_stop' }, index: count } },
    { required: ['type', 'delta', 'usage'], properties: { type: { const: 'message_delta' }, delta: { type: 'object', required: ['stop_reason'], properties: { stop_reason: { enum: ['end_turn', 'max_tokens', 'stop_sequence', 'tool_use', 'pause_turn', 'refusal'] } } }, usage: { type: 'object', required: ['output_tokens'] } } },
    { required: ['type'], properties: { type: { enum: ['message_stop', 'ping'] } } },
    { required: ['type', 'error'], properties: { type: { const: 'error' }, error: { type: 'object', required: ['type', 'message'] } } },
] };

/** The same of the Messages API, as documented for version 2023-06-01. */
export function anthropicSpec() {
    const ajv = new Ajv2020(options);
    return { request: judge(ajv.compile(request)), event: judge(ajv.compile(event)) };
}
