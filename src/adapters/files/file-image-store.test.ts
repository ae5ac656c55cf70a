import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, test } from 'vitest'
import { testImageStore } from '../../testing/test-image-store.ts'
import { type FileCalls, nodeFiles } from './file-calls.ts'
import { createFileImageStore } from './file-image-store.ts'

const folders: string[] = []
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keeprate-images-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

testImageStore('in files', async () => ({
  store: createFileImageStore(newFolder()),
  close: async () => undefined,
}))

const bytes = Buffer.alloc(70_000, 'picture')
const digestOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')
const digest = digestOf(bytes)

/** All files below a folder, as paths relative to it. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))

const failure = (code: string): Error => Object.assign(new Error(code), { code })

/** The real calls; those that make something durable are noted with their path below `root`. */
function noting(calls: string[], root: string): FileCalls {
  const opened = new Map<number, string>()
  return {
    ...nodeFiles,
    open: async (path) => {
      const file = await nodeFiles.open(path)
      opened.set(file, path)
      const name = path.slice(root.length)
      // Files that are read are nothing to be made durable.
      if (!name.endsWith(digest) && !name.startsWith('/tmp/')) calls.push(`open ${name}`)
      return file
    },
    dataSync: async (file) => {
      await nodeFiles.dataSync(file)
      calls.push('dataSync')
    },
    sync: async (file) => {
      await nodeFiles.sync(file)
      calls.push(`sync ${opened.get(file)?.slice(root.length)}`)
    },
    rename: async (from, to) => {
      await nodeFiles.rename(from, to)
      calls.push(`rename ${to.slice(root.length)}`)
    },
  }
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content
}

describe('a picture', () => {
  test('lies where its digest says, and nothing else lies around', async () => {
    const root = newFolder()
    const store = createFileImageStore(root)
    await store.put(digest, bytes)
    await store.putStream(once(bytes), 70_000)
    await store.check()
    expect(filesIn(root)).toEqual([join('images', digest.slice(0, 2), digest)])
  })

  test('is whole again after its file was damaged and it is put again', async () => {
    const root = newFolder()
    const store = createFileImageStore(root)
    await store.put(digest, bytes)
    const [path = ''] = filesIn(root)
    writeFileSync(join(root, path), 'half')
    await store.put(digest, bytes)
    expect(await store.get(digest)).toEqual(bytes)
  })

  test('goes where it belongs after its folder was removed', async () => {
    const root = newFolder()
    const synced: string[] = []
    const store = createFileImageStore(root, { files: noting(synced, root) })
    await store.put(digest, bytes)
    rmSync(join(root, 'images'), { recursive: true })
    synced.length = 0
    await store.put(digest, bytes)
    expect(await store.get(digest)).toEqual(bytes)
    const name = `/images/${digest.slice(0, 2)}`
    expect(synced).toEqual([
      'dataSync',
      'open /images',
      'sync /images',
      'sync ',
      `rename ${name}/${digest}`,
      `open ${name}`,
      `sync ${name}`,
    ])
  })

  test('is acknowledged only after content, name and new folders are synced', async () => {
    const calls: string[] = []
    const root = newFolder()
    const store = createFileImageStore(root, { files: noting(calls, root) })
    await store.check()
    calls.length = 0
    await store.put(digest, bytes)
    const name = `/images/${digest.slice(0, 2)}`
    expect(calls).toEqual([
      'dataSync',
      'open /images',
      'sync /images',
      'sync ',
      `rename ${name}/${digest}`,
      `open ${name}`,
      `sync ${name}`,
    ])
    calls.length = 0
    await store.put(digest, bytes)
    expect(calls).toEqual(['dataSync', `rename ${name}/${digest}`, `sync ${name}`])
  })
})

describe('an upload', () => {
  test('waits for no sync and never replaces a picture that is stored', async () => {
    const calls: string[] = []
    const root = newFolder()
    const store = createFileImageStore(root, { files: noting(calls, root) })
    await store.put(digest, bytes)
    calls.length = 0
    await store.putStream(once(bytes), 70_000)
    expect(calls).toEqual([])
    expect(filesIn(root)).toHaveLength(1)
    expect(await store.get(digest)).toEqual(bytes)
  })

  test('is made durable where a file cannot have a second name', async () => {
    const calls: string[] = []
    const root = newFolder()
    const files = { ...noting(calls, root), link: () => Promise.reject(failure('EPERM')) }
    const store = createFileImageStore(root, { files })
    await store.putStream(once(bytes), 70_000)
    expect(calls).toContain('dataSync')
    expect(calls.at(-1)).toBe(`sync /images/${digest.slice(0, 2)}`)
    expect(await store.get(digest)).toEqual(bytes)
    expect(filesIn(root)).toHaveLength(1)
  })
})

describe('a failing disk', () => {
  const steps = ['create', 'write', 'dataSync', 'rename'] as const

  test.each(
    steps.flatMap((step) =>
      ['ENOSPC', 'EIO', 'EMFILE', 'EROFS', 'EDQUOT'].map((code) => [step, code] as const),
    ),
  )(
    'leaves nothing visible when %s answers %s, and the next write succeeds',
    async (step, code) => {
      const root = newFolder()
      let isBroken = true
      const files: FileCalls = {
        ...nodeFiles,
        [step]: (...given: never[]) => {
          if (isBroken) return Promise.reject(failure(code))
          return (nodeFiles[step] as (...values: never[]) => Promise<unknown>)(...given)
        },
      }
      const store = createFileImageStore(root, { files })
      await expect(store.put(digest, bytes)).rejects.toThrow(code)
      if (step !== 'rename') await expect(store.check()).rejects.toThrow(code)
      if (step === 'create' || step === 'write') {
        await expect(store.putStream(once(bytes), 70_000)).rejects.toThrow(code)
      }
      expect(await store.get(digest)).toBe(undefined)
      expect(filesIn(root)).toEqual([])
      isBroken = false
      await store.put(digest, bytes)
      expect(await store.get(digest)).toEqual(bytes)
    },
  )

  test.each(['ENOSPC', 'EIO'])('in the middle of a picture (%s) leaves nothing', async (code) => {
    const root = newFolder()
    const files: FileCalls = {
      ...nodeFiles,
      write: (file, piece) =>
        piece.position >= 50_000
          ? Promise.reject(failure(code))
          : nodeFiles.write(file, {
              ...piece,
              bytes: piece.bytes.subarray(0, piece.offset + 10_000),
            }),
    }
    const store = createFileImageStore(root, { files })
    await expect(store.put(digest, bytes)).rejects.toThrow(code)
    expect(filesIn(root)).toEqual([])
  })

  test('that takes a picture in small pieces gets it all', async () => {
    const files: FileCalls = {
      ...nodeFiles,
      write: (file, piece) =>
        nodeFiles.write(file, { ...piece, bytes: piece.bytes.subarray(0, piece.offset + 999) }),
    }
    const store = createFileImageStore(newFolder(), { files })
    await store.put(digest, bytes)
    expect(await store.get(digest)).toEqual(bytes)
  })

  test('that takes nothing and says nothing is an error', async () => {
    const files: FileCalls = { ...nodeFiles, write: async () => 0 }
    const store = createFileImageStore(newFolder(), { files })
    await expect(store.put(digest, bytes)).rejects.toThrow('takes no more')
  })

  test('that cannot sync the folder acknowledges nothing', async () => {
    const files: FileCalls = { ...nodeFiles, sync: () => Promise.reject(failure('EIO')) }
    const store = createFileImageStore(newFolder(), { files })
    await expect(store.put(digest, bytes)).rejects.toThrow('EIO')
  })

  test('is tried again once its folder can be made', async () => {
    let isBroken = true
    const files: FileCalls = {
      ...nodeFiles,
      makeFolder: (path) =>
        isBroken ? Promise.reject(failure('EROFS')) : nodeFiles.makeFolder(path),
    }
    const store = createFileImageStore(newFolder(), { files })
    await expect(store.check()).rejects.toThrow('EROFS')
    isBroken = false
    await store.check()
  })
})

describe('a crash', () => {
  test('during writes leaves whole pictures only, among them every acknowledged one', async () => {
    const root = newFolder()
    const module = new URL('./file-image-store.ts', import.meta.url).href
    const script = `
      import { createHash } from 'node:crypto'
      import { createFileImageStore } from ${JSON.stringify(module)}
      const store = createFileImageStore(${JSON.stringify(root)})
      for (let count = 0; ; count += 1) {
        await Promise.all([0, 1, 2].map(async (lane) => {
          const bytes = Buffer.alloc(400_000, 'picture ' + count + ' ' + lane)
          const digest = createHash('sha256').update(bytes).digest('hex')
          await store.put(digest, bytes)
          console.log(digest)
        }))
      }`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const acknowledged: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line)
      if (acknowledged.length === 10) child.kill('SIGKILL')
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(10)
    const stored = filesIn(join(root, 'images'))
    const digests = stored.map((path) => digestOf(readFileSync(join(root, 'images', path))))
    expect(digests).toEqual(stored.map((path) => path.slice(-64)))
    expect(digests).toEqual(expect.arrayContaining(acknowledged))
  })

  test('leaves temporary files only until they are an hour old', async () => {
    const root = newFolder()
    await createFileImageStore(root).check()
    const now = Date.UTC(2026, 10, 20)
    for (const [name, ageMinutes] of [
      ['old', 61],
      ['young', 59],
    ] as const) {
      const path = join(root, 'tmp', name)
      writeFileSync(path, 'half a picture')
      const at = new Date(now - ageMinutes * 60_000)
      utimesSync(path, at, at)
    }
    await createFileImageStore(root, { now: () => now }).check()
    expect(filesIn(root)).toEqual([join('tmp', 'young')])
  })
})
