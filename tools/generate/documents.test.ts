import { expect, test } from 'vitest'
import { settingTable } from '../../src/config/setting-table.ts'
import { errorCatalogue } from '../../src/core/errors/catalogue.ts'
import { failureClasses } from '../../src/core/errors/provider-failure.ts'
import { kinds } from '../../src/core/pricing/structures/index.ts'
import { providers } from '../../src/providers/registry.generated.ts'
import { cliDocument } from './cli.ts'
import { errorsDocument } from './errors.ts'
import type { GeneratedFile } from './generated-file.ts'
import { priceStructuresDocument } from './price-structures.ts'
import { providersDocument } from './providers.ts'
import { settingsDocument } from './settings.ts'

/** Words that a document lacks as code; asserts that there were some to look for. */
function missing({ content }: GeneratedFile, words: readonly string[]): readonly string[] {
  expect(words.length).toBeGreaterThan(0)
  return words.filter((word) => !content.includes(`\`${word}\``))
}

test('every error code and every failure class is documented', () => {
  const words = [...Object.keys(errorCatalogue), ...failureClasses]
  expect(missing(errorsDocument(), words)).toEqual([])
})

test('every price structure is documented', () => {
  expect(missing(priceStructuresDocument(), kinds)).toEqual([])
})

test('every setting is documented with all its variables', async () => {
  const words = settingTable.flatMap(({ path, variables }) => [path.join('.'), ...variables])
  const keys = providers.map(({ origin }) => origin.apiKeyVariable)
  expect(missing(await settingsDocument(), [...words, ...keys])).toEqual([])
})

test('every model, every name of it and every price is documented', async () => {
  const document = await providersDocument()
  const models = providers.flatMap((provider) => provider.models)
  const aliases = providers.flatMap((provider) => provider.aliases)
  const names = [
    ...models.flatMap(({ id, otherNames }) => [id, ...otherNames]),
    ...aliases.map(({ name }) => name),
  ]
  expect(missing(document, names)).toEqual([])
  const sources = providers.flatMap(({ prices }) => prices.map(({ source }) => source.url))
  expect(sources.filter((url) => !document.content.includes(url))).toEqual([])
})

test('every command is documented, those below others too', async () => {
  const commands = ['keeprate', 'keeprate serve', 'keeprate keys create', 'keeprate price list']
  const document = await cliDocument()
  expect(missing(document, commands)).toEqual([])
  expect(document.content).not.toContain('keeprate help')
})
