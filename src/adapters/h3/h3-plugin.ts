import { createRequire } from 'node:module';
import type { SqlValue } from '../../ports/sql-engine.ts';
import type { SqlFunction, SqlFunctionType, SqlPlugin } from '../../ports/sql-plugin.ts';

type H3 = typeof import('h3-js');

let loaded: H3 | undefined;

/** The package is an optional one, and is loaded by the first call. */
function h3(): H3 {
  if (loaded !== undefined) return loaded;
  try {
    loaded = createRequire(import.meta.url)('h3-js') as H3;
  } catch (cause) {
    const message = 'functions of H3 need the package h3-js: npm install h3-js@4';
    throw new Error(message, { cause });
  }
  return loaded;
}

type RowFunction = (library: H3, values: readonly never[]) => SqlValue;

function rowByRow(
  name: string,
  parameters: readonly SqlFunctionType[],
  returns: SqlFunctionType,
  call: RowFunction,
): SqlFunction {
  return {
    ...{ name, parameters, returns },
    evaluate: (columns, rows) => {
      const library = h3();
      return Array.from({ length: rows }, (_, row) =>
        call(library, columns.map((column) => column[row]) as never[]),
      );
    },
  };
}

/** Functions over cells of H3, which are texts such as `8928308280fffff`, named as those of h3-js. */
export const h3Plugin: SqlPlugin = {
  functions: [
    rowByRow(
      'h3_latlng_to_cell',
      ['DOUBLE', 'DOUBLE', 'BIGINT'],
      'VARCHAR',
      (library, [latitude, longitude, resolution]) =>
        library.latLngToCell(latitude as never, longitude as never, Number(resolution)),
    ),
    rowByRow('h3_cell_to_lat', ['VARCHAR'], 'DOUBLE', (library, [cell]) => {
      return library.cellToLatLng(cell as never)[0];
    }),
    rowByRow('h3_cell_to_lng', ['VARCHAR'], 'DOUBLE', (library, [cell]) => {
      return library.cellToLatLng(cell as never)[1];
    }),
    rowByRow('h3_cell_to_boundary_wkt', ['VARCHAR'], 'VARCHAR', (library, [cell]) => {
      const points = library.cellToBoundary(cell as never, true);
      return `POLYGON ((${points.map((point) => point.join(' ')).join(', ')}))`;
    }),
    rowByRow('h3_cell_to_parent', ['VARCHAR', 'BIGINT'], 'VARCHAR', (library, values) => {
      const [cell, resolution] = values;
      return library.cellToParent(cell as never, Number(resolution));
    }),
    rowByRow('h3_cell_to_children', ['VARCHAR', 'BIGINT'], 'VARCHAR[]', (library, values) => {
      const [cell, resolution] = values;
      return library.cellToChildren(cell as never, Number(resolution));
    }),
    rowByRow('h3_grid_disk', ['VARCHAR', 'BIGINT'], 'VARCHAR[]', (library, [cell, distance]) => {
      return library.gridDisk(cell as never, Number(distance));
    }),
    rowByRow('h3_grid_distance', ['VARCHAR', 'VARCHAR'], 'BIGINT', (library, [from, to]) => {
      return BigInt(library.gridDistance(from as never, to as never));
    }),
    rowByRow('h3_get_resolution', ['VARCHAR'], 'BIGINT', (library, [cell]) => {
      return BigInt(library.getResolution(cell as never));
    }),
    rowByRow('h3_is_valid_cell', ['VARCHAR'], 'BOOLEAN', (library, [cell]) => {
      return library.isValidCell(cell as never);
    }),
    rowByRow('h3_cell_area_km2', ['VARCHAR'], 'DOUBLE', (library, [cell]) => {
      return library.cellArea(cell as never, 'km2');
    }),
  ],
};
