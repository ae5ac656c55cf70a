import type { SettingDefinition } from '../../src/config/setting-definition.ts'
import { settingTable } from '../../src/config/setting-table.ts'
import { describedSchema } from './config-schema.ts'
import type { GeneratedFile } from './generated-file.ts'
import { isObject, type JsonSchema, membersOf } from './json-schema.ts'
import { code, codes, markdownDocument, markdownTable } from './markdown.ts'

const INTRODUCTION = `A setting may come from a flag of the command ([cli.md](cli.md)), from the
environment, from \`keeprate.yaml\`, or be left at its default; the first of these wins.
\`keeprate config show --origin\` prints every setting with its source, secrets masked.
\`keeprate config check\` names mistakes with line and column. Unknown members of the file are
errors. A variable that is empty counts as not set.`

const FILE = `\`--config\` or \`KEEPRATE_CONFIG\` names the file; without them \`keeprate.yaml\`
of the working folder is read, if it is there. Editors check and complete it with
[keeprate.schema.json](keeprate.schema.json).`

const REFERENCES = `Every variable \`NAME\` of these tables may be given as \`NAME_FILE\` instead,
the path of a file that holds the value. In \`keeprate.yaml\`, \`\${NAME}\` in a text is replaced
from the environment, and \`api_key\`, \`key\`, \`admin_key\` and \`database_url\` may be given as
\`api_key_file\`, \`key_file\`, \`admin_key_file\` and \`database_url_file\`. References stand in
texts only: numbers, true and false are written out.`

const PROVIDERS = `A provider is callable when it has a key, or, when it is a server of your own,
an address. Keys and addresses come from the members below or from the variables that the vendors
use; a variable wins over the file.

The name of a provider is its kind (\`openai\`), or a name of your own with \`kind\` beside it,
any number of times: offers are then called \`<name>/<model>\`, and \`provider_options\` go by that
name. Variables are those of the provider that is named like its kind. Kinds of your own servers are
marked in the second table; what \`settings\` takes stands in the README of the kind's folder.
A workflow, \`graph\`, may lie in a file of its own, \`graph_file\`.

Several keys of one provider stand in \`api_keys\`, each with a variable of its own: no variable
holds a list. Calls are spread over those that work, by weight; one that is refused, or has had
too many calls, is left out alone. Receipts and alerts name a key and never show it. The list goes
before the vendor's variable.

\`\`\`yaml
providers:
  openai:
    api_keys:
      - { key: "\${OPENAI_API_KEY}", weight: 2 }
      - { key: "\${OPENAI_API_KEY_EU}", name: eu }
\`\`\``

const SECONDS = 1_000
const HOURS = 3_600_000
const MEBIBYTE = 1_048_576

/** `docs/settings.md`: every setting, and where it may be said. */
export async function settingsDocument(): Promise<GeneratedFile> {
  const schema = describedSchema()
  const settings = settingTable.map((setting) => [
    code(setting.path.join('.')),
    codes(setting.variables),
    defaultOf(setting),
    descriptionOf(schema, setting.path),
  ])
  return {
    path: 'docs/settings.md',
    content: markdownDocument('Settings', 'src/config', [
      INTRODUCTION,
      markdownTable([['`keeprate.yaml`', 'environment', 'default', 'what it is'], ...settings]),
      FILE,
      REFERENCES,
      '## Providers',
      PROVIDERS,
      markdownTable([['member', 'what it is'], ...providerMembers(schema)]),
      await providerVariables(),
    ]),
  }
}

function defaultOf({ key, default: value }: SettingDefinition): string {
  if (value === undefined) return '–'
  if (key === 'latencyAlert' || key === 'repeatWithinMs') return code(`${Number(value) / SECONDS}s`)
  if (key === 'cacheTtlMs') return code(`${Number(value) / HOURS}h`)
  if (key === 'bytesInFlight') return `${code(String(value))} (${Number(value) / MEBIBYTE} MiB)`
  return code(String(value))
}

function descriptionOf(schema: JsonSchema, path: readonly string[]): string {
  const found = path.reduce<unknown>(
    (member, name) => (isObject(member) ? membersOf(member)[name] : undefined),
    schema,
  )
  if (isObject(found) && typeof found.description === 'string') return found.description
  throw new TypeError(`keeprate.yaml has no described ${path.join('.')}`)
}

function providerMembers(schema: JsonSchema): readonly (readonly string[])[] {
  const { providers } = membersOf(schema)
  const provider = isObject(providers) ? providers.additionalProperties : undefined
  const members = isObject(provider) ? Object.keys(membersOf(provider)) : []
  if (!isObject(provider) || members.length === 0) throw new TypeError('providers have no members')
  return members.map((name) => [code(`providers.<name>.${name}`), descriptionOf(provider, [name])])
}

/** Imported late: the registry is a generated file too, and may be written by the same run. */
async function providerVariables(): Promise<string> {
  const { providers } = await import('../../src/providers/registry.generated.ts')
  const rows = providers.map(({ id, displayName, origin, availability }) => [
    code(id),
    availability === 'self_hosted' ? `${displayName}, your own` : displayName,
    code(origin.apiKeyVariable),
    code(origin.baseUrlVariable),
  ])
  return markdownTable([['kind', 'provider', 'key', 'address'], ...rows])
}
