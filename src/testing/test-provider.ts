import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { liveModels } from '../core/catalog/catalog.ts'
import { abilitiesOf } from '../core/catalog/emulation.ts'
import { type Model, offerName } from '../core/catalog/model.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import type { Emulator } from '../providers/shared/emulator.ts'
import { faults } from '../providers/shared/emulator.ts'
import { isOwnHost, toHttp } from '../providers/shared/transport.ts'
import { flawsOfDefinition } from './definition-flaws.ts'
import { readFixtures } from './fixture.ts'
import { fixtureFlaw, hostileFlaws } from './fixture-check.ts'
import { parameterFlaws } from './parameter-flaws.ts'
import { isPossible } from './provider-faults.ts'
import { playFault, playNormal, playResume } from './provider-plays.ts'
import { type ProviderStand, standNow, startStand } from './provider-stand.ts'
import { makeSampleInputs, type SampleInputs, sampleDetails, sampleSizes } from './sample-calls.ts'

/** What a provider's test file says beside the definition and its emulator. */
export interface ProviderSuiteOptions {
  /** Folder of recorded answers. */
  readonly fixtures: URL
  /**
   * Checks that do not hold for this provider, each with the reason in words. Keys: `resume`,
   * `probe`, `operation:<name>`, `formats`, `sizes`, `count`, `stream`, `fault:<name>`.
   */
  readonly skip?: Readonly<Record<string, string>>
  /** Model whose calls are jobs, where others of the provider answer at once. */
  readonly jobModel?: string
}

/** Pictures of several sizes are drawn one after the other. */
const LONG_MS = 60_000

/**
 * The contract of every provider, ours and yours: run it from the provider's own test file. The
 * definition must agree with itself, recorded answers must be read as they declare, and against the
 * running emulator every operation, format and size must give what was asked for at exactly the
 * price that the emulator billed, while every fault ends as the right failure and never as an
 * exception.
 *
 * @example testProvider(definition, emulator, { fixtures: new URL('./fixtures', import.meta.url) })
 */
export function testProvider(
  definition: ProviderDefinition,
  emulator: Emulator,
  options: ProviderSuiteOptions,
): void {
  const skip = options.skip ?? {}
  const names = new Set<string>()
  const check = (name: string, claim: string, run: () => Promise<void> | void): void => {
    names.add(name)
    const reason = skip[name]
    if (reason === undefined) test(claim, run, LONG_MS)
    else test(`left out: ${claim}, because ${reason}`, () => expect(reason.trim()).not.toBe(''))
  }
  describe(`provider ${definition.id}`, () => {
    test('the definition is complete and agrees with itself', () => {
      expect(flawsOfDefinition(definition)).toEqual([])
      expect(emulator.id).toBe(definition.id)
    })
    describe('recorded answers', () => testFixtures(definition, options.fixtures))
    describe('the credential', () => testCredential(definition))
    const jobModel = definition.models.find(({ id }) => id === options.jobModel)
    describe('against the emulator', () =>
      testEmulated(livePart(definition), emulator, check, jobModel))
    test('every exception names a check', () => {
      expect(Object.keys(skip).filter((name) => !names.has(name))).toEqual([])
    })
  })
}

/** The definition without models that were shut down: their rows stay, but nobody calls them. */
const livePart = (definition: ProviderDefinition): ProviderDefinition => ({
  ...definition,
  models: liveModels(definition, standNow),
})

type Check = (name: string, claim: string, run: () => Promise<void> | void) => void

function testFixtures(definition: ProviderDefinition, folder: URL): void {
  let inputs: SampleInputs
  beforeAll(async () => {
    inputs = await makeSampleInputs()
  })

  test('every fixture is read as it declares', async () => {
    const fixtures = await readFixtures(folder)
    expect(fixtures.length).toBeGreaterThan(0)
    const flaws: string[] = []
    for (const fixture of fixtures) {
      const flaw = await fixtureFlaw(definition, fixture, inputs)
      if (flaw !== undefined) flaws.push(`${fixture.name}: ${flaw}`)
    }
    expect(flaws).toEqual([])
  })

  test('nothing a provider may send makes it throw', () => {
    expect(hostileFlaws(definition, inputs)).toEqual([])
  })

  test('what becomes of every parameter is told, and is true of what is sent', () => {
    expect(parameterFlaws(livePart(definition), inputs)).toEqual([])
  })
}

function testCredential(definition: ProviderDefinition): void {
  const key = 'a-key-that-must-not-leak'
  const base = new URL(definition.origin.baseUrl)
  const line = {
    definition,
    baseUrl: definition.origin.baseUrl,
    apiKey: key,
    addresses: { privateOrigins: [] },
    now: () => 0,
  }
  const unused = { send: refuse, stream: refuse, close: () => Promise.resolve() }
  const sentTo = (url: string): boolean => {
    const limits = { timeouts: { headersMs: 1, totalMs: 1 }, maxBytes: 1 }
    const request = toHttp({ ...line, http: unused }, { method: 'GET', url }, limits)
    return JSON.stringify(request).includes(key)
  }

  test('goes to the provider', () => {
    expect(sentTo('/anything')).toBe(true)
    expect(isOwnHost(line, `${base.origin}/x`)).toBe(true)
  })

  test.each([
    ['another host', 'https://elsewhere.example/result.png'],
    [
      'a host whose name only ends alike',
      `https://not-${base.hostname.replaceAll('.', '-')}.example/`,
    ],
    [
      'a host that is prefixed without a dot',
      `https://evil${definition.origin.ownHosts[0]?.slice(1) ?? '.example'}/`,
    ],
    [
      'an unencrypted address',
      base.protocol === 'https:' ? `http://${base.host}/x` : 'http://elsewhere.example/x',
    ],
    ['another port', `https://${base.hostname}:8443/x`],
    ['a name in the user part', `https://${base.host}@elsewhere.example/`],
  ])('does not go to %s', (_claim, url) => {
    expect(sentTo(url)).toBe(false)
  })
}

const refuse = (): Promise<never> => Promise.reject(new Error('nothing is sent here'))

function testEmulated(
  definition: ProviderDefinition,
  emulator: Emulator,
  check: Check,
  jobModel: Model | undefined,
): void {
  let stand: ProviderStand
  let inputs: SampleInputs
  beforeAll(async () => {
    inputs = await makeSampleInputs()
    stand = await startStand(definition, emulator)
  })
  afterAll(() => stand?.close())
  const stage = () => ({ definition, stand, inputs })

  testProbe(definition, stage, check)
  testPictures(definition, stage, check)
  const model = subjectOf(definition)
  if (definition.flow.kind === 'poll') {
    check('resume', 'a job is taken up again after a restart, and paid once', async () => {
      expect(await playResume(stage(), jobModel ?? model)).toEqual([])
    })
  }
  describe('faults', () => {
    for (const fault of faults.filter((name) => isPossible(name, definition, model))) {
      check(`fault:${fault}`, fault, async () => {
        const subject = fault.startsWith('job-') ? (jobModel ?? model) : model
        expect(await playFault(stage(), subject, fault)).toEqual([])
      })
    }
  })
  test('the credential never went to another origin, and never where a picture lies', () => {
    const { origin } = new URL(stand.baseUrl)
    const shown = stand.requests.filter(({ headers }) =>
      Object.values(headers).some((value) => value.includes(stand.apiKey)),
    )
    expect(shown.length).toBeGreaterThan(0)
    expect(shown.filter(({ url }) => new URL(url).origin !== origin)).toEqual([])
    const downloads = shown.filter(
      ({ method, headers }) => method === 'GET' && headers.accept === 'image/*',
    )
    expect(downloads).toEqual([])
  })
}

/** The model that faults are played with: a priced one that generates, if there is one. */
function subjectOf({ models, prices }: ProviderDefinition) {
  const isPriced = (offer: string) => prices.some((row) => row.offer === offer)
  const generating = models.filter((model) => model.operations.includes('generate'))
  const model = generating.find((candidate) => isPriced(offerName(candidate))) ?? models[0]
  if (model === undefined) throw new Error('a provider needs a model')
  return model
}

type Stage = Parameters<typeof playNormal>[0]

function testProbe({ probe }: ProviderDefinition, stage: () => Stage, check: Check): void {
  if (probe === undefined) return
  check('probe', 'the probe tells a good key from a bad one', async () => {
    const { provider, refused } = stage().stand
    const signal = AbortSignal.timeout(LONG_MS)
    expect(await provider.probe?.(signal)).toMatchObject({ ok: true })
    expect(await refused.probe?.(signal)).toMatchObject({ ok: false })
  })
}

function testPictures({ models }: ProviderDefinition, stage: () => Stage, check: Check): void {
  const operations = new Set(models.flatMap(abilitiesOf))
  for (const operation of operations) {
    check(`operation:${operation}`, `${operation}, by every model that has it`, async () => {
      const able = models.filter((model) => abilitiesOf(model).includes(operation))
      const ways = able.flatMap((model) =>
        sampleDetails(model, operation).map((details) => ({ model, details })),
      )
      for (const { model, details } of ways) {
        const changes = details === undefined ? { operation } : { operation, details }
        expect(await playNormal(stage(), model, changes)).toEqual([])
      }
    })
  }
  // Models that follow the same rules need not all be drawn.
  const kinds = Map.groupBy(models, ({ sizes, formats, operations: able }) =>
    JSON.stringify([sizes, formats, able.includes('generate')]),
  )
  const examples = [...kinds.values()].flatMap(([first]) => (first === undefined ? [] : [first]))
  check('formats', 'every format', async () => {
    for (const model of examples) {
      const operation = model.operations[0] ?? 'generate'
      for (const format of model.formats) {
        expect(await playNormal(stage(), model, { operation, format })).toEqual([])
      }
    }
  })
  check('sizes', 'every size or shape', async () => {
    for (const model of examples.filter(({ operations: able }) => able.includes('generate'))) {
      const shapes = model.sizes.kind === 'aspect' ? model.sizes.aspects : []
      for (const size of sampleSizes(model)) {
        expect(await playNormal(stage(), model, { size })).toEqual([])
      }
      for (const aspect of shapes) expect(await playNormal(stage(), model, { aspect })).toEqual([])
    }
  })
  check('count', 'as many pictures as one call can give, up to three', async () => {
    for (const model of examples.filter(({ maxImagesPerCall }) => maxImagesPerCall > 1)) {
      const n = Math.min(3, model.maxImagesPerCall)
      const operation = model.operations[0] ?? 'generate'
      expect(await playNormal(stage(), model, { operation, n })).toEqual([])
    }
  })
  const streaming = models.filter((model) => model.supports.stream === true)
  if (streaming[0] === undefined) return
  const [model] = streaming
  check('stream', 'a stream gives previews and then the picture', async () => {
    for (const operation of model.operations) {
      expect(await playNormal(stage(), model, { operation, partialImages: 2 })).toEqual([])
    }
  })
}
