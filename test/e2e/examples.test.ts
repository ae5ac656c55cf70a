import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../tools/run.ts'
import { describe as describePicture } from './pictures.ts'
import { clearStand, type Stand, startStand } from './stand.ts'

const folder = resolve(import.meta.dirname, '../../examples')
const SQUARE = { width: 1024, height: 1024, format: 'png' }

let stand: Stand
/** Where the examples leave their pictures. */
let made: string
beforeAll(async () => {
  stand = await startStand()
  made = await mkdtemp(join(tmpdir(), 'keeprate-examples-'))
})
afterAll(async () => {
  await clearStand(stand)
  await rm(made, { recursive: true, force: true })
})

/** Runs an example as its first lines say, against the server of these tests; its last lines. */
async function runExample(file: string, ...words: readonly string[]): Promise<readonly string[]> {
  const { exitCode, output } = await run(process.execPath, [join(folder, file), ...words], {
    cwd: made,
    environment: {
      PATH: process.env.PATH,
      KEEPRATE_BASE_URL: `${stand.url}/v1`,
      KEEPRATE_API_KEY: stand.key,
      KEEPRATE_HOME: join(made, 'home'),
      KEEPRATE_SANDBOX_SPEED: '2000',
    },
  })
  expect(exitCode, output).toBe(0)
  return output.trim().split('\n')
}

const pictureAt = async (name: string) => describePicture(await readFile(join(made, name)))

/** Each example with its test; one without is found below. */
const examples: Readonly<Record<string, () => Promise<void>>> = {
  'generate.ts': async () => {
    const lines = await runExample('generate.ts', 'a lighthouse', 'lighthouse.png')
    expect(await pictureAt('lighthouse.png')).toEqual(SQUARE)
    expect(lines[0]).toMatch(/^lighthouse\.png: made by \w+\/\S+, route direct$/)
    expect(lines[1]).toMatch(/^cost \$0\.\d+ \(simulated\), list \$0\.\d+, saved \$-?\d/)
  },
  'edit-with-mask.ts': async () => {
    const lines = await runExample('edit-with-mask.ts', 'tulips.png')
    expect(await pictureAt('tulips.png')).toEqual(SQUARE)
    expect(lines.at(-1)).toBe('tulips.png: 1024x1024, png')
  },
  'in-process.ts': async () => {
    const lines = await runExample('in-process.ts', 'a paper boat', 'boat')
    expect(await pictureAt('boat-1.png')).toEqual(SQUARE)
    expect(await pictureAt('boat-2.png')).toEqual(SQUARE)
    expect(lines.join('\n')).toMatch(/cost \$0\.\d+, saved \$-?\d.*, cache MISS/)
  },
}

test.each(Object.keys(examples))('%s does what it says', (name) => examples[name]?.())

test('every example is run here', async () => {
  expect((await readdir(folder)).filter((file) => file.endsWith('.ts')).toSorted()).toEqual(
    Object.keys(examples).toSorted(),
  )
})
