"""Makes and checks a bill of materials (CycloneDX 1.6, JSON): every file, and the component that it comes from.

usage: sbom.py root VERSION SOURCES LICENCES OUT CONTAINER[@FILE]=LIST[:MANIFEST...]...
       sbom.py iso VERSION SOURCES LICENCES OUT ROOT-SBOM CONTAINER=LIST...
       sbom.py check SBOM CONTAINER=DIR...

SOURCES is sources.txt: a component a line, with the paths that hold it. LICENCES is the directory of their texts. LIST
has the files of a container, which is a file system or an archive: path, mode, size and SHA-256. What of a container nothing
else tells of comes from where FILE, which holds the container, comes from. A file of unknown origin is an error. check
walks directories; a file that the bill lacks, states otherwise, or has no component for is an error, and so is a
component without version or licence. The same inputs give the same bytes. Specification: ECMA-424.
"""

import hashlib
import json
import os
import pathlib
import re
import sys
import uuid

OWN = "nullbox"
# Kinds of source of a manifest which are this repository's own work, alone or with parts of others.
OWN_KINDS = {"repo", "native", "hello", "guest", "guest-tools", "tools"}
# Remarks after the paths of a line of sources.txt, and the container that each stands for.
REMARKS = {" (of the tools disk)": "tools.erofs", " (of the ISO)": "iso"}
# The boot loader's partition is a file system beside the ISO's, and its lines are the ISO's.
LINES_OF = {"efi": "iso"}


def main(words):
    if words[:1] == ["root"] and len(words) > 5:
        write(words[4], root_bill(words[1], sources_of(words[2], words[3]), words[5:]))
    elif words[:1] == ["iso"] and len(words) > 6:
        write(words[4], iso_bill(words[1], sources_of(words[2], words[3]), words[5], words[6:]))
    elif words[:1] == ["check"] and len(words) > 2:
        bad = problems(json.loads(pathlib.Path(words[1]).read_text()), words[2:])
        sys.exit("\n".join(bad) if bad else 0)
    else:
        sys.exit(__doc__)


# Components: what files come from


def sources_of(sources, licences):
    """Reads sources.txt: {bom-ref: (component, {(container, path)})}."""
    found = {OWN: (own_component(), set())}
    for line in pathlib.Path(sources).read_text().splitlines()[1:]:
        name, version, licence, source, where = line.split(" | ")
        remark = next((text for text in REMARKS if where.endswith(text)), "")
        container = REMARKS.get(remark, "root")
        purl = purl_of(name, version, licence, source)
        component = {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": version,
            "purl": purl,
            "licenses": licences_of(licence, pathlib.Path(licences)),
            "properties": properties(licence=licence, source=source),
        }
        paths = found.setdefault(purl, (component, set()))[1]
        paths.update((container, path) for path in where.removesuffix(remark).split())
    return found


def own_component():
    return {
        "type": "application",
        "bom-ref": OWN,
        "name": "nullbox",
        "version": "",
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "properties": properties(source="this repository"),
    }


def purl_of(name, version, licence, source):
    """Package URL (ECMA-427): the name under which the component is known elsewhere."""
    if licence.startswith("licences/"):
        distro = "trixie" if licence.startswith("licences/trixie-") else "bookworm"
        return f"pkg:deb/debian/{encoded(name)}@{encoded(version)}?arch=amd64&distro={distro}"
    maven = re.match(r"Maven ([\w.-]+):([\w.-]+)", source)
    if maven:
        return f"pkg:maven/{maven[1]}/{maven[2]}@{encoded(version)}"
    npm = re.match(r"the npm package (@?[\w./-]+)@([\w.-]+)", version)
    if npm:
        return f"pkg:npm/{encoded(npm[1]).replace('%2F', '/')}@{npm[2]}#{name}"
    return f"pkg:generic/{encoded(name)}@{encoded(version)}"


def encoded(text):
    return re.sub(r"[^A-Za-z0-9._:~-]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def licences_of(licence, texts):
    """A package's licences as its copyright file names them; else the SPDX expression of sources.list."""
    if not licence.startswith("licences/"):
        return [{"expression": licence.split(";")[0].strip()}]
    text = (texts / licence.removeprefix("licences/")).read_text(errors="replace")
    names = re.findall(r"^License: *(\S.*?) *$", text, re.M) if "\nFormat:" in f"\n{text[:4000]}" else []
    names = names or re.findall(r"/usr/share/common-licenses/([A-Za-z0-9.-]*[A-Za-z0-9])", text) or [f"see {licence}"]
    return [{"license": {"name": name}} for name in sorted(set(names))]


def properties(**named):
    return [{"name": f"nullbox:{name}", "value": value} for name, value in sorted(named.items()) if value]


# Files


def root_bill(version, sources, containers):
    """The bill of the root file system and of the containers in it, the root first."""
    bill = Bill(version, "nullbox-root", sources)
    for word in containers:
        names, rest = word.split("=", 1)
        container, _, holder = names.partition("@")
        files, *manifests = rest.split(":")
        kinds = kinds_of(manifests)
        for path, mode, size, digest in entries(files):
            origins = bill.origins(container, path, kinds.get(path)) or bill.depends.get(holder)
            bill.add_file(container, path, mode, size, digest, origins)
        for path, kind in sorted(kinds.items()):
            if kind.startswith("link "):
                bill.add_link(container, path, kind.removeprefix("link "))
    return bill.finished()


def kinds_of(manifests):
    """{path: kind of source} of the lines of manifests; the last word wins, as in fill_root."""
    kinds = {}
    for line in (line for manifest in manifests for line in pathlib.Path(manifest).read_text().splitlines()):
        if re.match(r" *(#|$)", line):
            continue
        kind, _, path, *source = line.split()
        if kind == "link":
            kinds[path] = f"link {source[0]}"
        elif kind in ("file", "tree"):
            kinds[path] = source[0].split(":")[0]
    return kinds


def iso_bill(version, sources, root, containers):
    """The bill of an ISO: its root's, and the ISO's own files. What is no other's is made by the build."""
    bill = Bill(version, "nullbox-iso", sources)
    bill.take(json.loads(pathlib.Path(root).read_text()))
    for word in containers:
        container, files = word.split("=", 1)
        for path, mode, size, digest in entries(files):
            origins = bill.origins(container, path) or bill.by_digest.get(digest) or [OWN]
            bill.add_file(container, path, mode, size, digest, origins)
    return bill.finished()


def entries(files):
    for line in pathlib.Path(files).read_text().splitlines():
        yield line.rsplit(" ", 3)


class Bill:
    """A bill in the making: files, their components, and which come from which."""

    def __init__(self, version, name, sources):
        self.name, self.sources = name, sources
        self.version = version
        sources[OWN][0]["version"] = version
        self.files, self.depends, self.by_digest = {}, {}, {}

    def take(self, other):
        """Takes another bill's files."""
        depends = {each["ref"]: each["dependsOn"] for each in other["dependencies"]}
        for component in other["components"]:
            if component["type"] == "file":
                reference = component["bom-ref"]
                self.files[reference], self.depends[reference] = component, depends[reference]
                if "hashes" in component:
                    self.by_digest[component["hashes"][0]["content"]] = depends[reference]

    def origins(self, container, path, kind=None):
        """References of the components that a file comes from."""
        found = {
            reference
            for reference, (_, where) in self.sources.items()
            for holder, held in where
            if holder == LINES_OF.get(container, container) and (path == held or path.startswith(held + "/"))
        }
        if kind in OWN_KINDS:
            found.add(OWN)
        if container == "iso":
            found |= self.licence_origins(path)
        return sorted(found)

    def licence_origins(self, path):
        """A text in licences/ is the package's that names it."""
        return {
            reference
            for reference, (component, _) in self.sources.items()
            for each in component.get("properties", ())
            if path.startswith("/licences/") and each == {"name": "nullbox:licence", "value": path.removeprefix("/")}
        }

    def add_file(self, container, path, mode, size, digest, origins):
        if not origins:
            sys.exit(f"{container}!{path}: nothing tells which component it comes from: see sources.txt and the manifest")
        self.add(container, path, origins, [{"alg": "SHA-256", "content": digest}], mode=mode, size=size)

    def add_link(self, container, path, target):
        beside = f"{container}!{os.path.normpath(os.path.join(os.path.dirname(path), target))}"
        if beside not in self.depends:
            sys.exit(f"{container}!{path}: a link to {target}, which is not in {container}")
        self.add(container, path, self.depends[beside], None, link=target)

    def add(self, container, path, origins, hashes, **named):
        reference = f"{container}!{path}"
        self.files[reference] = {
            "type": "file",
            "bom-ref": reference,
            "name": path,
            "properties": properties(container=container, **named),
        } | ({"hashes": hashes} if hashes else {})
        self.depends[reference] = origins

    def finished(self):
        used = {OWN}.union(*self.depends.values())
        components = [component for reference, (component, _) in sorted(self.sources.items()) if reference in used]
        top = f"{self.name}-{self.version}"
        depends = self.depends | {reference: [] for reference in used} | {top: sorted(self.files)}
        bill = {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "component": {"type": "operating-system", "bom-ref": top, "name": self.name, "version": self.version}
            },
            "components": components + [self.files[reference] for reference in sorted(self.files)],
            "dependencies": [{"ref": each, "dependsOn": depends[each]} for each in sorted(depends)],
        }
        digest = hashlib.sha256(json.dumps(bill, sort_keys=True).encode()).hexdigest()
        return bill | {"serialNumber": f"urn:uuid:{uuid.UUID(digest[:32], version=4)}"}


def write(path, bill):
    pathlib.Path(path).write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n")


# The check: knows nothing of how a bill is made


def problems(bill, containers):
    """Sentences, one for each thing that is wrong."""
    components = {component["bom-ref"]: component for component in bill["components"]}
    depends = {each["ref"]: each["dependsOn"] for each in bill["dependencies"]}
    bad = []
    if (bill["bomFormat"], bill["specVersion"]) != ("CycloneDX", "1.6"):
        bad.append("the bill is not CycloneDX 1.6")
    if len(components) != len(bill["components"]):
        bad.append("two components have one bom-ref")
    for reference, component in components.items():
        if component["type"] != "file":
            bad += [f"{reference}: no {field}" for field in ("name", "version", "licenses") if not component.get(field)]
        elif not any(components.get(each, {}).get("type", "file") != "file" for each in depends.get(reference, ())):
            bad.append(f"{reference}: comes from no component")
    for each, on in depends.items():
        bad += [f"{each}: depends on {other}, which is not in the bill" for other in on if other not in components]
    for word in containers:
        container, directory = word.split("=", 1)
        there = set()
        for path in sorted(pathlib.Path(directory).rglob("*")):
            if path.is_symlink() or path.is_file():
                reference = f"{container}!/{path.relative_to(directory)}"
                there.add(reference)
                bad += difference(reference, components.get(reference), path)
        listed = {each for each in components if each.startswith(f"{container}!")}
        bad += [f"{each}: in the bill, and not there" for each in sorted(listed - there)]
        if not there:
            bad.append(f"{container}: there is no file in {directory}")
    return bad


def difference(reference, component, path):
    if component is None:
        return [f"{reference}: not in the bill"]
    if path.is_symlink():
        named = {each["name"]: each["value"] for each in component["properties"]}
        return [] if named.get("nullbox:link") == os.readlink(path) else [f"{reference}: links elsewhere"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return [] if component.get("hashes") == [{"alg": "SHA-256", "content": digest}] else [f"{reference}: another file"]


main(sys.argv[1:])
