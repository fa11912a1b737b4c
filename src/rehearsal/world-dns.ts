import type { WorldDescription } from './description.ts';
import { type DnsServer, type Knowledge, serveDns } from './dns-server.ts';
import type { FaultName } from './faults.ts';
import type { Store } from './state.ts';
import { outsideZones, parentZones, type Zone, zones } from './zones.ts';

/** The DNS of a world: a resolver as the public ones, the servers of the partitions' zones, and those above them. */
export interface WorldDns {
  /** `127.0.0.1:PORT` */
  readonly resolver: string;
  /** Where all zones of partitions are published. */
  readonly nameServers: string;
  /** `example.com=127.0.0.1:PORT` for each zone above. */
  readonly parents: readonly string[];
  close(): Promise<void>;
}

export async function serveWorldDns(
  description: WorldDescription,
  store: Store,
  faults: ReadonlySet<FaultName>,
): Promise<WorldDns> {
  const above = parentZones(description);
  const outside = outsideZones();
  // A zone that nobody delegates to is seen by nobody.
  const published = (): readonly Zone[] => zones(store.state).filter((zone) => zone.delegated);
  const servers = await Promise.all([
    serveDns(() => {
      const fault = resolverFault(faults);
      return {
        zones: [...published(), ...above, ...outside],
        ...(fault === undefined ? {} : { fault }),
      };
    }),
    serveDns(() => ({ zones: published() })),
    serveDns(() => ({ zones: above, delegated: published() })),
  ]);
  const [resolver, nameServers, parents] = servers;
  return {
    resolver: resolver.address,
    nameServers: nameServers.address,
    parents: above.map((zone) => `${zone.name}=${parents.address}`),
    async close() {
      await Promise.all(servers.map((server: DnsServer) => server.close()));
    },
  };
}

function resolverFault(faults: ReadonlySet<FaultName>): Knowledge['fault'] {
  if (faults.has('dns-slow')) return 'silent';
  if (faults.has('dns-servfail')) return 'servfail';
  return faults.has('dns-not-propagated') ? 'behind' : undefined;
}
