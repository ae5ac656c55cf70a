import { configFile } from '../../src/config/schema.ts'
import type { GeneratedFile } from './generated-file.ts'
import { isObject, type JsonSchema, membersOf, toJsonSchema } from './json-schema.ts'
import { jsonText } from './json-text.ts'

/** A reference to a variable, anywhere in a text, as `src/config/read-file.ts` reads it. */
const REFERENCE = { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}' } as const

/** Characters of `${A}`. */
const SHORTEST_REFERENCE = 4

/** Members that `src/config/read-file.ts` also reads from a file, as `<member>_file`. */
const SECRET_MEMBERS = ['api_key', 'key', 'admin_key', 'database_url', 'redis_url']

/** Words for members that `src/config/schema.ts` does not describe, by path. */
const MORE_WORDS: Readonly<Record<string, string>> = {
  server: 'Where the gateway listens',
  log_level: 'Least severe messages that are logged',
  providers: 'Providers by name; without key or own server a provider is absent, or emulated',
  limits: 'Limits of one process',
  'limits.bytes_in_flight': 'Bytes of pictures in flight at most; more requests wait, then get 429',
  'limits.plan_steps': 'Offers of one plan: the chosen one and its fallbacks',
}

/** `docs/keeprate.schema.json`: what editors need to check and complete `keeprate.yaml`. */
export function configSchemaDocument(): GeneratedFile {
  const schema = {
    title: 'keeprate.yaml',
    description: 'Settings of Keeprate. Generated from src/config/schema.ts; do not edit.',
    ...editorSchema(),
  }
  return { path: 'docs/keeprate.schema.json', content: jsonText(schema) }
}

/** The schema of the file as people write it: with references and file members not yet replaced. */
export const editorSchema = (): JsonSchema => adapt(describedSchema()) as JsonSchema

/** The schema of the file after it was read, every member with a description. */
export function describedSchema(): JsonSchema {
  const described = describeMembers(toJsonSchema(configFile), [])
  const unknown = Object.keys(MORE_WORDS).filter((path) => !described.used.has(path))
  if (unknown.length === 0) return described.schema
  throw new TypeError(`src/config/schema.ts describes these now, or has them not: ${unknown}`)
}

interface Described {
  readonly schema: JsonSchema
  readonly used: ReadonlySet<string>
}

function describeMembers(schema: JsonSchema, path: readonly string[]): Described {
  const used = new Set<string>()
  const members = Object.entries(membersOf(schema)).map(([name, member]) => {
    if (!isObject(member)) return [name, member]
    const place = [...path, name].join('.')
    const inner = describeMembers(member, [...path, name])
    for (const each of inner.used) used.add(each)
    if (typeof inner.schema.description === 'string') return [name, inner.schema]
    const description = MORE_WORDS[place]
    if (description === undefined) throw new TypeError(`${place} has no description`)
    used.add(place)
    return [name, { description, ...inner.schema }]
  })
  if (members.length === 0) return { schema, used }
  return { schema: { ...schema, properties: Object.fromEntries(members) }, used }
}

/** Lets each text be a reference where its own form would refuse one, and adds the file members. */
function adapt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(adapt)
  if (!isObject(value)) return value
  const adapted = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, adapt(member)]),
  )
  if (value.type === 'string') return withReference(adapted)
  return value.type === 'object' ? withFileMembers(adapted) : adapted
}

function withReference(schema: JsonSchema): JsonSchema {
  const { description, ...form } = schema
  const hasForm = ['enum', 'format', 'pattern'].some((name) => name in form)
  const isLong = typeof form.minLength === 'number' && form.minLength > SHORTEST_REFERENCE
  if (!hasForm && !isLong) return schema
  return { ...(description === undefined ? {} : { description }), anyOf: [form, REFERENCE] }
}

function withFileMembers(schema: JsonSchema): JsonSchema {
  const members = membersOf(schema)
  const secrets = SECRET_MEMBERS.filter((name) => name in members)
  if (secrets.length === 0) return schema
  const files = secrets.map((name) => {
    const description = `Path of a file that holds ${name}`
    return [`${name}_file`, { description, type: 'string', minLength: 1 }]
  })
  return { ...schema, properties: { ...members, ...Object.fromEntries(files) } }
}
