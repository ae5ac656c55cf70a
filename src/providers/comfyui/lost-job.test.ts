import { expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { HttpAnswer, HttpClient } from '../../ports/http-client.ts'
import { VirtualClock } from '../../testing/virtual-clock.ts'
import { createProvider } from '../shared/create-provider.ts'
import comfyui from './index.ts'

const queueOf = (running: readonly string[], pending: readonly string[] = []) => ({
  queue_running: running.map((id) => [1, id, {}, {}, []]),
  queue_pending: pending.map((id) => [2, id, {}, {}, []]),
})

const plan: CallPlan = {
  model: comfyui.models[1]!,
  ...{ operation: 'generate', prompt: 'a cup', n: 1, settings: {}, images: [], options: {} },
  expectedSize: { width: 1024, height: 1024 },
}

/** Polls a job that is never in the history, at a server whose queue gives these answers. */
async function pollFor(seconds: number, looks: readonly unknown[]) {
  let looked = 0
  const send: HttpClient['send'] = async ({ url }): Promise<HttpAnswer> => {
    const answer = { status: 200, headers: {}, json: {}, images: [] }
    if (!url.endsWith('/queue')) return answer
    looked += 1
    return { ...answer, json: looks[looked - 1] ?? looks.at(-1) }
  }
  const stream = () => Promise.reject(new Error('nobody streams'))
  const clock = new VirtualClock()
  const http = { send, stream, close: async () => undefined }
  const runtime = { http, clock, apiKey: '', allowPrivate: true, isSimulated: false }
  const job = { id: 'mine', pollUrl: '/history/mine', facts: {} }
  let failed: unknown
  const stop = new AbortController()
  const context = { onSubmitted: async () => undefined, signal: stop.signal }
  const ended = createProvider(comfyui, runtime).resume(job, plan, context)
  void ended.then((outcome) => {
    failed = outcome.kind === 'failed' ? outcome.failure : outcome.kind
  })
  for (let second = 0; second < seconds; second += 1) await clock.advance(1_000)
  return { failed, looked }
}

test('a job in no list is given up after two looks, and may have cost its time', async () => {
  const { failed, looked } = await pollFor(6, [queueOf(['other'], ['another'])])
  expect(failed).toMatchObject({ class: 'timeout_unknown', billed: 'unknown' })
  expect(failed).toMatchObject({ message: expect.stringContaining('mine is lost') })
  expect(looked).toBe(2)
})

test.each([
  ['waits', [queueOf(['other'], ['mine'])]],
  ['runs', [queueOf(['mine'])]],
  ['is missed now and then', [0, 1, 0, 1].map((at) => queueOf(['mine'].slice(0, at)))],
  ['is at a server that does not tell', ['a page of a proxy']],
])('a job that %s is polled on', async (_, looks) => {
  const { failed, looked } = await pollFor(12, looks)
  expect(failed).toBeUndefined()
  expect(looked).toBeGreaterThan(3)
})
