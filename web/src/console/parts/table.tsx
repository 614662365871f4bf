// Tables, and lists that are read page by page.
import type { ComponentChildren } from "preact";
import type { Paged } from "../state/pages.ts";
import { t } from "../texts/index.ts";
import { Problem } from "./problem.tsx";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ComponentChildren;
  /** Whether it has figures, which stand at the end of their cells. */
  isFigure?: boolean;
}

interface Shape<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string | number;
  /** Whether a narrow screen has each row as a block of lines: entries of a log, and rows of much to read. */
  isLog?: boolean;
  /** Said instead of a table without rows. */
  empty: string;
}

interface TableProps<Row> extends Shape<Row> {
  rows: readonly Row[];
}

interface PagedTableProps<Row> extends Shape<Row> {
  list: Paged<Row>;
}

export function Table<Row>({ caption, columns, rows, rowKey, empty, isLog }: TableProps<Row>) {
  if (rows.length === 0) return <p class="small">{empty}</p>;
  const look = (column: Column<Row>) => (column.isFigure === true ? "figure" : undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no pointer scrolls it by keyboard
    <div class="scroll" tabIndex={0}>
      <table class={isLog === true ? "log" : undefined}>
        <caption class="heard-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={look(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td
                  key={column.title}
                  class={look(column)}
                  data-title={isLog === true ? column.title : undefined}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A table of all rows that were read so far, with a button for more. */
export function PagedTable<Row>({ list, ...shape }: PagedTableProps<Row>) {
  return (
    <>
      {list.rows === null ? (
        list.refusal === null && <p class="skeleton">{t("loading")}</p>
      ) : (
        <Table {...shape} rows={list.rows} />
      )}
      <Problem refusal={list.refusal} retry={list.refresh} />
      {list.hasMore && (
        <button type="button" class="button quiet" disabled={list.busy} onClick={list.more}>
          {t("list.more")}
        </button>
      )}
    </>
  );
}
