// Runs before `npm start`, `npm test` and their siblings. It needs nothing but Node 18, because on
// a fresh machine nothing else is there: it installs the dependencies when they are missing or
// differ from the lock, and with them the Node.js that the repository runs on (tools/runtime). npm
// puts node_modules/.bin first on the PATH of its scripts, so the script that follows finds it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The lowest Node.js major version that strips types and has node:sqlite without a flag. */
export const LOWEST_NODE_MAJOR = 24

const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)))

/** @param {string} line */
const say = (line) => process.stderr.write(`bootstrap: ${line}\n`)

/** @param {string} path */
const readIfPresent = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)

/** @param {string} text */
const digestOf = (text) => createHash('sha256').update(text).digest('hex')

/** @param {string} root */
const placesIn = (root) => ({
  lock: join(root, 'package-lock.json'),
  /** What npm itself writes at the end of an installation. */
  installedLock: join(root, 'node_modules', '.package-lock.json'),
  /** Digest of the lock that this script installed last. `npm ci` deletes it with the folder. */
  stamp: join(root, 'node_modules', '.keeprate-lock'),
  binaries: join(root, 'node_modules', '.bin'),
})

/**
 * Compares two lock files entry by entry. Optional packages may be absent: npm leaves out those of
 * other platforms.
 * @param {string} lockText
 * @param {string} installedText
 */
export function isInstalled(lockText, installedText) {
  const wanted = JSON.parse(lockText).packages
  const present = JSON.parse(installedText).packages
  const isSame = (/** @type {string} */ path) =>
    present[path].version === wanted[path]?.version &&
    present[path].integrity === wanted[path]?.integrity
  const mayLack = (/** @type {string} */ path) =>
    path === '' || wanted[path].optional === true || !isDependency(path)
  return (
    Object.keys(present).every((path) => !isDependency(path) || isSame(path)) &&
    Object.keys(wanted).every((path) => mayLack(path) || path in present)
  )
}

/** Workspace folders stand in the lock too, without anything to install. @param {string} path */
const isDependency = (path) => path.includes('node_modules/')

/**
 * Says why the dependencies must be installed, or undefined when they are current. Modification
 * times are not looked at: a fresh clone has new ones.
 * @param {string} root
 */
export function reasonToInstall(root) {
  const places = placesIn(root)
  const lock = readIfPresent(places.lock)
  if (lock === undefined) throw new Error(`${places.lock} is missing`)
  const installed = readIfPresent(places.installedLock)
  if (installed === undefined) return 'node_modules is missing or incomplete'
  const stamp = readIfPresent(places.stamp)
  const isCurrent =
    stamp === undefined ? isInstalled(lock, installed) : stamp.trim() === digestOf(lock)
  return isCurrent ? undefined : 'package-lock.json has changed since the last installation'
}

/**
 * Runs `npm ci`; its output goes to stderr, because stdout belongs to the script that follows.
 * @param {string} root
 */
function install(root) {
  // What runs npm may be older than the packages ask for; what runs the packages comes with them.
  const engine = ['--engine-strict=false', '--loglevel=error']
  const npmArguments = ['ci', '--include=dev', '--include=optional', ...engine]
  const npmCli = process.env.npm_execpath
  // The Node.js that runs npm, not our own in node_modules: `npm ci` deletes that one.
  const nodePath = process.env.npm_node_execpath || process.execPath
  const [command, leading] = npmCli ? [nodePath, [npmCli]] : ['npm', []]
  const result = spawnSync(command, [...leading, ...npmArguments], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: !npmCli && process.platform === 'win32',
  })
  if (result.status !== 0) {
    say(`npm ci failed (${result.error?.message ?? `exit code ${result.status}`}); see above.`)
    return false
  }
  const places = placesIn(root)
  writeFileSync(places.stamp, `${digestOf(readFileSync(places.lock, 'utf8'))}\n`)
  return true
}

/** @param {string} version such as `v26.10.0` */
const isRecentEnough = (version) => Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) >= LOWEST_NODE_MAJOR

/**
 * The version that a Node.js binary reports, or undefined when it does not run.
 * @param {string} nodePath
 */
function versionOf(nodePath) {
  const isShim = nodePath.endsWith('.cmd')
  const result = spawnSync(isShim ? `"${nodePath}"` : nodePath, ['--version'], {
    encoding: 'utf8',
    shell: isShim,
    timeout: 30_000,
  })
  return result.status === 0 ? result.stdout.trim() : undefined
}

/**
 * Makes sure that the `node` the next script finds is recent enough.
 * @param {string} root
 */
function ensureRuntime(root) {
  const { binaries } = placesIn(root)
  const own = ['node', 'node.cmd'].map((name) => join(binaries, name)).filter(existsSync)
  const preferred = process.platform === 'win32' ? own[own.length - 1] : own[0]
  const ownVersion = preferred && versionOf(preferred)
  if (ownVersion && isRecentEnough(ownVersion)) return true
  // One that does not run here (on musl, say) would hide the installed one: it comes first.
  for (const name of ['node', 'node.cmd', 'node.ps1']) rmSync(join(binaries, name), { force: true })
  if (isRecentEnough(process.version)) {
    say(`no bundled Node.js runs on this platform; using the installed ${process.version}.`)
    return true
  }
  say(
    `Node.js ${LOWEST_NODE_MAJOR} or later is needed, this is ${process.version}, and the ` +
      `bundled one does not run on ${process.platform}-${process.arch}. Install one from ` +
      'https://nodejs.org and run the command again.',
  )
  return false
}

/** @param {string} root */
function main(root) {
  const reason = reasonToInstall(root)
  if (reason !== undefined) {
    say(`${reason}: running npm ci, which takes about a minute.`)
    if (!install(root)) return 1
  }
  return ensureRuntime(root) ? 0 : 1
}

const isMain = process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
if (isMain) {
  process.exitCode = main(repositoryRoot)
}
