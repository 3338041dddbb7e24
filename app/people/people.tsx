"use client";
import { UserPlus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { AddPersonDialog } from "#app/people/add-person.tsx";
import { ChangeRoleDialog } from "#app/people/change-role.tsx";
import { LinkDialog } from "#app/people/link.tsx";
import { NewLinkDialog, RemoveDialog } from "#app/people/person-dialogs.tsx";
import { PersonMenu } from "#app/people/person-menu.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Page } from "#components/ui/page.tsx";
import { Cell, HeadCell, Row, Table, TableBody, TableHead } from "#components/ui/table.tsx";
import { Moment } from "#components/ui/time.tsx";
import type { Actor } from "#lib/auth/actor.ts";

export type ListedPerson = Actor & { since: number; canSignIn: boolean };

/** What stands in front of the list at the moment. */
export type Asking =
  | { what: "add" }
  | { what: "role" | "newLink" | "remove"; person: ListedPerson }
  | { what: "link"; name: string; path: string };

export function People({ people, self }: { people: readonly ListedPerson[]; self: string }) {
  const t = useTranslations();
  const [asking, ask] = useState<Asking | null>(null);
  const close = () => ask(null);

  return (
    <Page
      title={t("people.title")}
      description={t("people.lead")}
      actions={
        <Button tone="brand" icon={UserPlus} onClick={() => ask({ what: "add" })}>
          {t("people.add")}
        </Button>
      }
    >
      <div className="overflow-hidden rounded-xl border border-line bg-card shadow-panel">
        <Table caption={t("people.list")} stacked>
          <TableHead stacked>
            <HeadCell className="border-t-0">{t("people.name")}</HeadCell>
            <HeadCell className="border-t-0">{t("people.email")}</HeadCell>
            <HeadCell className="border-t-0">{t("people.role")}</HeadCell>
            <HeadCell className="border-t-0">{t("people.since")}</HeadCell>
            <HeadCell className="border-t-0">
              <span className="sr-only">{t("people.actions")}</span>
            </HeadCell>
          </TableHead>
          <TableBody stacked>
            {people.map((person) => (
              <Row stacked key={person.id} className="relative">
                <Cell heading>
                  {person.name}
                  {person.id === self && (
                    <span className="ml-2 font-normal text-ink-faint">({t("people.you")})</span>
                  )}
                </Cell>
                <Cell label={t("people.email")} className="break-all">
                  {person.email}
                </Cell>
                <Cell label={t("people.role")}>
                  <span className="flex flex-wrap gap-2 max-sm:justify-end">
                    {t(`common.role.${person.role}`)}
                    {!person.canSignIn && <Badge tone="warn">{t("people.waiting")}</Badge>}
                  </span>
                </Cell>
                <Cell label={t("people.since")} className="whitespace-nowrap text-ink-soft">
                  <Moment at={person.since} />
                </Cell>
                <Cell className="text-right max-sm:absolute max-sm:top-1 max-sm:right-0">
                  <PersonMenu person={person} self={person.id === self} onAsk={ask} />
                </Cell>
              </Row>
            ))}
          </TableBody>
        </Table>
      </div>

      {asking?.what === "add" && (
        <AddPersonDialog onClose={close} onAdded={(made) => ask({ what: "link", ...made })} />
      )}
      {asking?.what === "role" && <ChangeRoleDialog person={asking.person} onClose={close} />}
      {asking?.what === "newLink" && (
        <NewLinkDialog
          person={asking.person}
          onClose={close}
          onMade={(made) => ask({ what: "link", ...made })}
        />
      )}
      {asking?.what === "remove" && <RemoveDialog person={asking.person} onClose={close} />}
      {asking?.what === "link" && <LinkDialog name={asking.name} path={asking.path} onClose={close} />}
    </Page>
  );
}
