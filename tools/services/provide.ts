import { run } from '../run.ts'
import type { Installation, RunningService, Service } from './contract.ts'

/** What `provideServices` needs to know about the world; tests hand in their own. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: (line: string) => void
  /** Installs Debian packages; rejects when this machine cannot. */
  readonly install: (packages: readonly string[]) => Promise<void>
}

/** The services that run now, and the environment in which tests find them. */
export interface ProvidedServices {
  readonly environment: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** Continuous integration sets `CI`; there a missing service fails the run. */
const isContinuousIntegration = (environment: Surroundings['environment']): boolean =>
  ['true', '1'].includes(environment.CI ?? '')

/**
 * Starts each service that is not given by its variable already. In continuous integration a
 * missing one is installed, and the promise rejects when that fails; elsewhere it is logged with
 * its reason and left out. On rejection everything already started has been stopped.
 */
export async function provideServices(
  services: readonly Service[],
  surroundings: Surroundings,
): Promise<ProvidedServices> {
  const running: RunningService[] = []
  const environment: Record<string, string> = {}
  const stop = async () => {
    await Promise.all(running.map((service) => service.stop()))
  }
  try {
    for (const service of services) {
      if (surroundings.environment[service.variable]) {
        surroundings.log(`${service.name}: the one in ${service.variable}`)
        continue
      }
      const started = await startOrExplain(service, surroundings)
      if (started === undefined) continue
      running.push(started)
      environment[service.variable] = started.url
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { environment, stop }
}

async function startOrExplain(
  service: Service,
  surroundings: Surroundings,
): Promise<RunningService | undefined> {
  const isRequired = isContinuousIntegration(surroundings.environment)
  try {
    const installation = await findOrInstall(service, surroundings, isRequired)
    const started = await service.start(installation)
    surroundings.log(`${service.name}: ${installation.version} from ${installation.folder}`)
    return started
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (isRequired) throw new Error(`${service.name} is missing: ${reason}`, { cause: error })
    surroundings.log(`${service.name} is missing: ${reason}`)
    surroundings.log(`  ${service.without}`)
    return undefined
  }
}

async function findOrInstall(
  service: Service,
  surroundings: Surroundings,
  mayInstall: boolean,
): Promise<Installation> {
  const found = await service.find()
  if (found !== undefined) return found
  if (!mayInstall) throw new Error('it is not installed on this machine')
  surroundings.log(`${service.name}: installing ${service.debianPackages.join(' ')}`)
  await surroundings.install(service.debianPackages)
  const installed = await service.find()
  if (installed === undefined)
    throw new Error('its packages were installed, its programs not found')
  return installed
}

/** Installs packages on Debian as root. Rejects anywhere else, with the reason. */
export async function installDebianPackages(packages: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('only root can install packages')
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const step of [['update'], ['install', '--yes', '--no-install-recommends', ...packages]]) {
    const result = await run('apt-get', step, { environment })
    if (result.exitCode !== 0) {
      throw new Error(`apt-get ${step.join(' ')} failed:\n${result.output.trimEnd()}`)
    }
  }
}
