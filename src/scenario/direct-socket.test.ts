import { expect, test } from 'vitest'
import { providers } from '../providers/registry.generated.ts'
import { createProvider } from '../providers/shared/create-provider.ts'
import { emulators } from '../sandbox/registry.generated.ts'
import { makeRunning } from '../sandbox/running.ts'
import { smallestPng } from '../testing/smallest-png.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { directClient } from './direct-client.ts'

const comfyui = providers.find(({ id }) => id === 'comfyui')!
const origin = 'http://sandbox.invalid'

/** Makes one call of two previews in virtual time. */
async function play(prompt: string) {
  const clock = new VirtualClock()
  const options = {
    emulators: emulators.filter(({ id }) => id === 'comfyui'),
    speed: 1,
    seed: 1,
    clock,
  }
  const running = makeRunning(
    { ...options, draw: async () => smallestPng },
    origin,
    new AbortController().signal,
  )
  const provider = createProvider(comfyui, {
    ...{ http: directClient(running), clock, baseUrl: `${origin}/comfyui`, apiKey: '' },
    ...{ allowPrivate: true, isSimulated: true },
  })
  const shares: number[] = []
  const partials: number[] = []
  const called = provider.call(
    {
      ...{ model: comfyui.models[1]!, operation: 'generate', prompt, n: 1, settings: {} },
      ...{ images: [], expectedSize: { width: 1024, height: 1024 }, options: {} },
      ...{ partialImages: 2, attemptId: 'att_1', safetyIdentifier: 'hash' },
    },
    {
      onSubmitted: async () => undefined,
      onProgress: ({ share }) => shares.push(share),
      onPartial: ({ index }) => partials.push(index),
    },
  )
  let endedMs = 0
  void called.then(() => {
    endedMs = clock.monotonicMs()
  })
  for (let second = 0; second < 30; second += 1) await clock.advance(1_000)
  const polls = running.log.latest().filter(({ path }) => path.startsWith('/history')).length
  return { kind: (await called).kind, shares, partials, endedMs, polls }
}

test('a rehearsal hears of jobs as a network would, and asks less often', async () => {
  const heard = await play('a cup')
  expect(heard).toMatchObject({ kind: 'produced', partials: [0, 1] })
  expect(heard.shares).toHaveLength(10)
  const unheard = await play('a cup sandbox:socket-refused')
  expect(unheard).toMatchObject({ kind: 'produced', partials: [], shares: [] })
  expect(heard.polls).toBeLessThan(unheard.polls / 2)
  // It ends when that is told, not when a poll of each half second finds it.
  expect(unheard.endedMs % 500).toBe(0)
  expect(heard.endedMs % 500).toBeGreaterThan(0)
})

test.each([
  ['breaks', [0.1], []],
  ['silent', [], []],
  // Steps come in pairs, the later one first: no step back is told.
  ['disorder', [0.2, 0.4, 0.6, 0.8, 1], [0, 1]],
])('a socket that fails (%s) costs no picture', async (fault, shares, partials) => {
  const heard = await play(`a cup sandbox:socket-${fault}`)
  expect(heard).toMatchObject({ kind: 'produced', shares, partials })
})
