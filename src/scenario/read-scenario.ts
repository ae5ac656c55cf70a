import { flawsOf } from '../config/book-reasons.ts'
import { ConfigError } from '../config/config-error.ts'
import { openDocument } from '../config/open-document.ts'
import { type Scenario, scenarioSchema } from './scenario-file.ts'

/** Longest file, in characters. */
const LONGEST = 256 * 1024

/**
 * Reads a scenario.
 * @param emulated providers that there are.
 * @throws ConfigError with every problem, each with `file:line:column`.
 */
export function readScenario(text: string, path: string, emulated: readonly string[]): Scenario {
  if (text.length > LONGEST) {
    throw new ConfigError([`${path}:1:1: a scenario has at most ${LONGEST / 1024} kB`])
  }
  const document = openDocument(text, path)
  if (document.errors.length > 0) throw new ConfigError(document.errors)
  const read = scenarioSchema.safeParse(document.value ?? {})
  if (!read.success) {
    const flaws = flawsOf(read.error.issues, document.value, [])
    throw new ConfigError(
      flaws.map(({ keys, reason, isName }) => {
        const place = isName === true ? document.placeOfName(keys) : document.place(keys)
        return `${place}: ${keys.join('.')}: ${reason}`
      }),
    )
  }
  const { providers = [], faults } = read.data
  const named = [
    ...providers.map((id, index) => ({ id, keys: ['providers', index] })),
    ...faults.map(({ provider }, index) => ({ id: provider, keys: ['faults', index, 'provider'] })),
  ]
  const known = providers.length === 0 ? emulated : emulated.filter((id) => providers.includes(id))
  const strangers = named.filter(({ id }) => id !== undefined && !known.includes(id))
  if (strangers.length > 0) {
    throw new ConfigError(
      strangers.map(
        ({ id, keys }) =>
          `${document.place(keys)}: ${keys.join('.')}: there is no emulated provider ${id} here`,
      ),
    )
  }
  return read.data
}
