import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gateSchema } from '../core/quality/gate.ts'
import { noisePng } from '../testing/noise-png.ts'
import { ConfigError } from './config-error.ts'
import { referencesOf } from './references.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'keeprate-references-'))
})
afterAll(() => rm(home, { recursive: true }))

const namedBy = (...references: readonly string[]) =>
  referencesOf({
    purposes: {
      plain: {},
      hero: {
        gates: [
          gateSchema.parse({ gate: 'similarity', to: 'references', threshold: 0.8, references }),
        ],
      },
    },
  })

test('pictures of brands are read once, with their formats', async () => {
  const path = join(home, 'brand.png')
  const bytes = noisePng({ width: 8, height: 8 }, 1)
  await writeFile(path, bytes)
  const { references } = namedBy(path, path)
  expect([...(references ?? [])]).toEqual([[path, { bytes: Buffer.from(bytes), format: 'png' }]])
  expect(referencesOf({ purposes: {} })).toEqual({})
})

test('what cannot be compared with is told before anything is opened, all of it', async () => {
  const [text, gone] = [join(home, 'brand.txt'), join(home, 'gone.png')]
  await writeFile(text, 'blue and friendly')
  const refused = () => namedBy(text, gone)
  expect(refused).toThrow(ConfigError)
  expect(refused).toThrow(/brand\.txt: no picture to compare with/)
  expect(() => namedBy()).toThrow(/`to: references` and `references` go together/)
  expect(refused).toThrow(/gone\.png: the reference picture cannot be read/)
})
