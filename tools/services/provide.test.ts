import { describe, expect, test } from 'vitest'
import type { Service } from './contract.ts'
import { provideServices } from './provide.ts'

const installation = { folder: '/opt/store', version: '1.2' }

/** A service that only notes what happens to it. */
function fakeService(changes: Partial<Service> = {}) {
  const events: string[] = []
  const service: Service = {
    name: 'Store',
    variable: 'STORE_URL',
    debianPackages: ['store-server'],
    without: 'Its tests are left out.',
    find: async () => installation,
    start: async () => {
      events.push('start')
      return {
        url: 'store://127.0.0.1:1',
        stop: async () => {
          events.push('stop')
        },
      }
    },
    ...changes,
  }
  return { service, events }
}

/** Surroundings that note lines and installations. */
function surroundings(environment: Record<string, string>) {
  const lines: string[] = []
  const installed: string[] = []
  const install = async (packages: readonly string[]) => {
    installed.push(...packages)
  }
  return { environment, lines, installed, install, log: (line: string) => lines.push(line) }
}

const absent = { find: async () => undefined }
const broken = {
  start: async () => {
    throw new Error('it says no')
  },
}

test('an installed service is started, handed out by its variable, and stopped', async () => {
  const { service, events } = fakeService()
  const provided = await provideServices([service], surroundings({}))
  expect(provided.environment).toEqual({ STORE_URL: 'store://127.0.0.1:1' })
  await provided.stop()
  expect(events).toEqual(['start', 'stop'])
})

test('a service that is given is used as it is, in continuous integration too', async () => {
  const { service, events } = fakeService(absent)
  const given = surroundings({ STORE_URL: 'store://elsewhere', CI: 'true' })
  const provided = await provideServices([service], given)
  await provided.stop()
  expect([provided.environment, events, given.installed]).toEqual([{}, [], []])
})

describe('on a developer machine', () => {
  test('a missing service is named, with what is left out, and nothing is installed', async () => {
    const here = surroundings({})
    const provided = await provideServices([fakeService(absent).service], here)
    expect(provided.environment).toEqual({})
    expect(here.installed).toEqual([])
    expect(here.lines).toEqual([
      'Store is missing: it is not installed on this machine',
      '  Its tests are left out.',
    ])
  })

  test('a service that does not start is missing, in its own words', async () => {
    const here = surroundings({ CI: 'false' })
    await provideServices([fakeService(broken).service], here)
    expect(here.lines[0]).toBe('Store is missing: it says no')
  })
})

describe('in continuous integration', () => {
  test('a missing service is installed', async () => {
    const found = [undefined, installation]
    const { service, events } = fakeService({ find: async () => found.shift() })
    const here = surroundings({ CI: 'true' })
    await provideServices([service], here)
    expect([here.installed, events]).toEqual([['store-server'], ['start']])
  })

  test.each([
    ['cannot be found after its installation', absent],
    ['does not start', broken],
  ])('a service that %s fails the run, and the others are stopped', async (_title, fault) => {
    const first = fakeService({ variable: 'FIRST_URL' })
    const second = fakeService(fault)
    const run = provideServices([first.service, second.service], surroundings({ CI: '1' }))
    await expect(run).rejects.toThrow('Store is missing')
    expect(first.events).toEqual(['start', 'stop'])
  })
})
