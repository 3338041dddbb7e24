import { Fragment } from "react";

/** A server's name, which may break after the backslash of a named instance. */
export function ServerName({ name }: { name: string }) {
  return name.split(/(?<=\\)/).map((part, index) => (
    <Fragment key={part}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
