import { expect, test, vi } from 'vitest'
import { type FileCalls, nodeFiles } from './file-calls.ts'
import { OpenFolders } from './open-folders.ts'

/** Calls that touch no disk: a folder's descriptor is the number at its end. */
function fakeFiles(calls: string[]): FileCalls {
  return {
    ...nodeFiles,
    open: async (path) => {
      calls.push(`open ${path}`)
      return Number(path.slice(1))
    },
    sync: async (file) => {
      calls.push(`sync ${file}`)
    },
    close: async (file) => {
      calls.push(`close ${file}`)
    },
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('a folder is opened once, however often it is synced', async () => {
  const calls: string[] = []
  const folders = new OpenFolders(fakeFiles(calls))
  await Promise.all([folders.sync('/1'), folders.sync('/1')])
  await folders.sync('/1')
  expect(calls).toEqual(['open /1', 'sync 1', 'sync 1', 'sync 1'])
})

test('the one opened first is closed when there are too many', async () => {
  const calls: string[] = []
  const folders = new OpenFolders(fakeFiles(calls), 2)
  for (const path of ['/1', '/2', '/3']) await folders.sync(path)
  await settled()
  expect(calls).toEqual(['open /1', 'sync 1', 'open /2', 'sync 2', 'open /3', 'close 1', 'sync 3'])
})

test('one that is being synced is closed afterwards', async () => {
  const calls: string[] = []
  const folders = new OpenFolders(fakeFiles(calls))
  const syncing = folders.sync('/1')
  folders.forget('/1')
  await syncing
  await settled()
  expect(calls).toEqual(['open /1', 'sync 1', 'close 1'])
})

test('after a while it is closed, and opened again when it is needed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const calls: string[] = []
    const folders = new OpenFolders(fakeFiles(calls))
    await folders.sync('/1')
    vi.advanceTimersByTime(10_000)
    await settled()
    await folders.sync('/1')
    expect(calls).toEqual(['open /1', 'sync 1', 'close 1', 'open /1', 'sync 1'])
  } finally {
    vi.useRealTimers()
  }
})

test('a folder that cannot be opened or synced is tried anew', async () => {
  const calls: string[] = []
  let isBroken = true
  const files = fakeFiles(calls)
  const broken = (call: (of: never) => Promise<unknown>) => (of: never) =>
    isBroken ? Promise.reject(new Error('EIO')) : call(of)
  for (const name of ['open', 'sync'] as const) {
    isBroken = true
    const folders = new OpenFolders({ ...files, [name]: broken(files[name] as never) })
    await expect(folders.sync('/1')).rejects.toThrow('EIO')
    isBroken = false
    await folders.sync('/1')
  }
  expect(calls).toEqual(['open /1', 'sync 1', 'open /1', 'close 1', 'open /1', 'sync 1'])
})
