# SPDX-License-Identifier: Apache-2.0
"""Two members and a manager look at Horizon, in Chromium.

Alice and bob have a server, a volume, a snapshot, an image and a floating IP
each, which bear their names. Each page shows a member what is theirs, and the
manager all of it; no page fails; the URL of another's server leads nowhere.
Screenshots of each page are kept, 1280 and 390 pixels wide.

``visit.py URL FOLDER`` reads passwords.json and things.json in the folder,
and writes screenshots/ there. It exits with 1 and a line for each fault.
"""

import json
import pathlib
import re
import sys
import time

from selenium import webdriver
from selenium.common import exceptions
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

#: page: (path, kinds of things on it); Horizon draws some in the browser.
PAGES = {
    'overview': ('/project/', ('server',)),
    'instances': ('/project/instances/', ('server',)),
    'volumes': ('/project/volumes/', ('volume',)),
    'snapshots': ('/project/snapshots/', ('snapshot',)),
    'images': ('/project/images', ('image',)),
    'floating-ips': ('/project/floating_ips/', ('floating_ip',)),
    'security-groups': ('/project/security_groups/', ('group',)),
    'topology': ('/project/network_topology/', ('server',)),
    'networks': ('/project/networks/', ()),
    'routers': ('/project/routers/', ()),
    'server-groups': ('/project/server_groups/', ()),
    'volume-groups': ('/project/volume_groups/', ()),
    'key-pairs': ('/project/key_pairs', ()),
}
WIDTHS = (1280, 390)
#: What Horizon says where a page, or a part of it, fails.
FAILURES = (
    'Something went wrong',
    'Internal Server Error',
    'Unable to retrieve',
    'An unexpected error',
)
PATIENCE = 40


def has(text, name):
    """Tell whether a name stands in a text, not only as part of another."""
    return re.search(rf'(?<![\w.]){re.escape(name)}(?![\w.])', text)


class Visit:
    """One account's visit, from logging in to the last page."""

    def __init__(self, url, folder, name):
        self.url, self.folder, self.name = url, folder, name
        self.things = json.loads((folder / 'things.json').read_text())
        self.faults = []
        options = webdriver.ChromeOptions()
        for option in (
            *('--headless=new', '--no-sandbox', '--disable-gpu'),
            *('--hide-scrollbars', '--window-size=1280,1000'),
            '--disable-dev-shm-usage',
        ):
            options.add_argument(option)
        options.binary_location = '/usr/bin/chromium'
        self.browser = webdriver.Chrome(
            options, webdriver.ChromeService('/usr/bin/chromedriver')
        )

    def close(self):
        self.browser.quit()

    def log_in(self):
        """Log in as a person does."""
        password = json.loads((self.folder / 'passwords.json').read_text())
        self.browser.get(f'{self.url}/auth/login/')
        self.browser.find_element(By.NAME, 'username').send_keys(self.name)
        field = self.browser.find_element(By.NAME, 'password')
        field.send_keys(password[self.name])
        field.submit()
        self.wait(lambda: '/auth/login' not in self.browser.current_url)

    def wait(self, condition):
        """Wait for a condition; return whether it came true."""
        try:
            WebDriverWait(self.browser, PATIENCE).until(lambda _: condition())
        except exceptions.TimeoutException:
            return False
        return True

    def text(self):
        """Return what stands on the page, also in what scripts draw."""
        return self.browser.execute_script(
            'return document.body.innerText + "\\n" + Array.from('
            'document.querySelectorAll("svg text, [data-content], [title]"),'
            'e => e.textContent + " " + (e.getAttribute("title") || "")'
            ').join("\\n")'
        )

    def names(self, kinds, whose):
        """Return the names of somebody's things of some kinds."""
        return {self.things[whose][kind]['name'] for kind in kinds}

    def see(self, page):
        """Look at a page; note what is missing, foreign or broken."""
        path, kinds = PAGES[page]
        everybody = set(self.things)
        own = everybody if self.name == 'carol' else {self.name}
        wanted = set().union(*(self.names(kinds, one) for one in own))
        hidden = set().union(
            *(
                {one['name'] for one in self.things[other].values()}
                for other in everybody - own
            )
        )
        self.browser.get(self.url + path)
        self.wait(lambda: all(has(self.text(), name) for name in wanted))
        # Scripts go on drawing; give what is foreign the time to come.
        time.sleep(2)
        text = self.text()
        for name in sorted(wanted):
            if not has(text, name):
                self.note(page, f'{name} is missing')
        for name in sorted(hidden):
            if has(self.browser.page_source + text, name):
                self.note(page, f'{name} is shown')
        for words in FAILURES:
            if words in text:
                self.note(page, f'it says {words!r}')
        self.keep(page)

    def paste(self, kind, path):
        """Open the page of another member's thing."""
        [other] = set(self.things) - {self.name}
        thing = self.things[other][kind]
        self.browser.get(self.url + path.format(thing['id']))
        time.sleep(2)
        if has(self.browser.page_source, thing['name']):
            self.note(f'URL of a {kind}', f'{thing["name"]} is shown')
        if 'Internal Server Error' in self.text():
            self.note(f'URL of a {kind}', 'the page fails')
        self.keep(f'url-of-another-{kind}')

    def keep(self, page):
        """Keep screenshots of a page."""
        kept = self.folder / 'screenshots'
        kept.mkdir(exist_ok=True)
        for width in WIDTHS:
            self.browser.set_window_size(width, 1000)
            time.sleep(0.3)
            # The whole page, unless it is a very long one.
            height = self.browser.execute_script(
                'return document.documentElement.scrollHeight'
            )
            self.browser.set_window_size(width, min(height + 150, 3000))
            path = kept / f'{self.name}-{page}-{width}.png'
            self.browser.save_screenshot(str(path))
        self.browser.set_window_size(WIDTHS[0], 1000)

    def note(self, page, fault):
        self.faults.append(f'{self.name}: {page}: {fault}')


def main(url, folder):
    """Let all three visit; print the faults and return the exit code."""
    faults = []
    for name in ('alice', 'bob', 'carol'):
        visit = Visit(url, pathlib.Path(folder), name)
        try:
            visit.log_in()
            for page in PAGES:
                visit.see(page)
            if name != 'carol':
                visit.paste('server', '/project/instances/{}/')
                visit.paste('volume', '/project/volumes/{}/')
                visit.paste('image', '/ngdetails/OS::Glance::Image/{}')
        finally:
            visit.close()
        print(f'{name}: {len(PAGES)} pages, {len(visit.faults)} faults')
        faults += visit.faults
    for fault in faults:
        print(fault)
    print(f'Screenshots are in {folder}/screenshots.')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
