import { expect, test } from 'vitest'
import type { CallPlan, Provider, ProviderCall } from '../../ports/provider.ts'
import { type ScriptedBatches, scriptedBatches } from '../../testing/scripted-batches.ts'
import { joinAccounts } from './accounts.ts'

const asked: string[] = []

const account = (id: string, weight: number) => ({
  ...{ id, weight },
  provider: {
    id: 'acme',
    call: async () => {
      asked.push(id)
      return { kind: 'produced', images: [], withheld: [], usage: {} }
    },
    resume: async () => {
      asked.push(`${id} again`)
      return { kind: 'produced', images: [], withheld: [], usage: {} }
    },
    cancel: async () => 'stopped',
    batches: scriptedBatches(10),
  } as unknown as Provider,
})

const joined = joinAccounts([account('main', 3), account('spare', 1)])
const onSubmitted = () => Promise.resolve()

test('calls go to the account that the caller names, to the first one otherwise', async () => {
  asked.length = 0
  await joined.call({} as ProviderCall, { onSubmitted, credential: 'spare' })
  await joined.call({} as ProviderCall, { onSubmitted })
  expect(asked).toEqual(['spare', 'main'])
  expect(joined.credentials).toEqual([
    { id: 'main', weight: 3 },
    { id: 'spare', weight: 1 },
  ])
})

test('a job is followed with its own account, and never with another one', async () => {
  asked.length = 0
  const job = { id: '1', pollUrl: '/1', facts: {} }
  await joined.resume(job, {} as CallPlan, { onSubmitted, credential: 'spare' })
  expect(asked).toEqual(['spare again'])
  const lost = await joined.resume(job, {} as CallPlan, { onSubmitted, credential: 'taken away' })
  expect(lost).toMatchObject({ kind: 'failed', failure: { class: 'auth', billed: 'unknown' } })
  expect(await joined.cancel?.(job, { credential: 'taken away' })).toBe('unknown')
  expect(await joined.cancel?.(job, { credential: 'spare' })).toBe('stopped')
})

test('a batch is followed with its own account, while that is there', async () => {
  const accounts = [account('main', 1), account('spare', 1)]
  const service = joinAccounts(accounts).batches
  const [spare, gone] = [{ credential: 'spare' }, { credential: 'taken away' }]
  expect(await service?.submit('chk_1', [], spare)).toMatchObject({ kind: 'submitted' })
  const handedIn = accounts.map(({ provider }) => (provider.batches as ScriptedBatches).handedIn)
  expect(handedIn.map(({ length }) => length)).toEqual([0, 1])
  expect(await service?.find('chk_1', spare)).toMatchObject({ kind: 'found' })
  expect(await service?.find('chk_1', {})).toEqual({ kind: 'none' })
  // Nothing is handed in without it, and nothing given up that it may be asked for later.
  expect(await service?.submit('chk_2', [], gone)).toMatchObject({ failure: { billed: false } })
  expect(await service?.find('chk_1', gone)).toMatchObject({ kind: 'failed' })
  const job = { id: 'chk_1', pollUrl: '/1', facts: {} }
  expect(await service?.look(job, gone)).toMatchObject({ kind: 'failed', isPassing: true })
  expect(await service?.cancel(job, gone)).toBe(false)
  expect(() => service?.results(job, () => undefined, gone)).toThrow('no longer configured')
})
