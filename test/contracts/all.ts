import type { Contract, ContractData, ContractSpec } from 'heard';
import { brasserie } from 'heard/contracts/brasserie';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { restaurantOs } from 'heard/contracts/restaurant-os';
import { serviceFloor } from 'heard/contracts/service-floor';
import { tableTap } from 'heard/contracts/table-tap';
import type { Catalogue } from './catalogue.ts';
import type { Fixture, Fixtures } from './fixture.ts';
import { catalogue as brasserieCatalogue } from './brasserie/catalogue.ts';
import { fixtures as brasserieFixtures } from './brasserie/fixtures.ts';
import { catalogue as laravelPosCatalogue } from './laravel-pos/catalogue.ts';
import { fixtures as laravelPosFixtures } from './laravel-pos/fixtures.ts';
import { catalogue as restaurantOsCatalogue } from './restaurant-os/catalogue.ts';
import { fixtures as restaurantOsFixtures } from './restaurant-os/fixtures.ts';
import { catalogue as serviceFloorCatalogue } from './service-floor/catalogue.ts';
import { fixtures as serviceFloorFixtures } from './service-floor/fixtures.ts';
import { catalogue as tableTapCatalogue } from './table-tap/catalogue.ts';
import { fixtures as tableTapFixtures } from './table-tap/fixtures.ts';

/** What is common to the types of all contracts. */
interface AnySpec extends ContractSpec {
  readonly events: Readonly<Record<string, unknown>>;
  readonly channels: Readonly<Record<string, unknown>>;
}

/** A contract with what its document says and with frames to try it on. */
export interface Proven {
  readonly name: string;
  readonly contract: Contract<AnySpec>;
  readonly catalogue: Catalogue;
  readonly fixtures: Fixtures;
}

const proven = (contract: ContractData, catalogue: Catalogue, fixtures: Fixtures): Proven => ({
  name: contract.name,
  // The suites put any data under any name, and their own checks decide what fits.
  contract: contract as unknown as Contract<AnySpec>,
  catalogue,
  fixtures,
});

/** Every built-in contract. The suites beside this file run over all of them. */
export const all: readonly Proven[] = [
  proven(laravelPos, laravelPosCatalogue, laravelPosFixtures),
  proven(restaurantOs, restaurantOsCatalogue, restaurantOsFixtures),
  proven(brasserie, brasserieCatalogue, brasserieFixtures),
  proven(serviceFloor, serviceFloorCatalogue, serviceFloorFixtures),
  proven(tableTap, tableTapCatalogue, tableTapFixtures),
];

export const fixturesOf = ({ fixtures }: Proven): readonly Fixture[] => [...fixtures.good, ...fixtures.bad];
