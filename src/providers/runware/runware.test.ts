import { testProvider } from '../../testing/test-provider.ts'
import runware from './index.ts'
import emulator from './sandbox.ts'

testProvider(runware, emulator, { fixtures: new URL('./fixtures/', import.meta.url) })
